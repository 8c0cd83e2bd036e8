/// What statements over these tables give: SeaTable's own examples among them.
extension StatementTables {
  /// Expressions of the first row, and what a SELECT of one shows.
  static let values: [(expression: String, expected: String)] = [
    (#"find('Sea','seaTable',1)"#, #"0"#),
    (#"find('', 'x', 1)"#, #"1"#),
    (#"find('a', '', 1)"#, #""""#),
    (#"find('T', 'seaTable', 5)"#, #"0"#),
    (#"find('x', 'seaTable')"#, #"0"#),
    (#"search('Sea','xseaTable',1)"#, #"2"#),
    (#"find('a','abc',9)"#, #""""#),
    (#"mid('hello', 2.9, 3.9)"#, #""ell""#),
    (#"mid('hello', 0, 2)"#, #""""#),
    (#"left('hello', 2)"#, #""he""#),
    (#"right('hello', 2)"#, #""lo""#),
    (#"left('hello', -1)"#, #""""#),
    (#"left('abc', 1e300)"#, #""abc""#),
    (#"mid('abc', 1e300, 1e300)"#, #""""#),
    (#"len('héllo')"#, #"5"#),
    (#"trim('  x ')"#, #""x""#),
    (#"upper('äb')"#, #""ÄB""#),
    (#"lower('ÉA')"#, #""éa""#),
    (#"replace('abcdef', 2, 3, 'X')"#, #""aXef""#),
    (#"replace('abc', 2, 1e300, 'z')"#, #""az""#),
    (#"rept('ab', 3)"#, #""ababab""#),
    (#"rept('ab', 1e300)"#, #""""#),
    (#"rept('ab', 40000)"#, #""""#),
    (#"substitute('a-b-c', '-', '+')"#, #""a+b+c""#),
    (#"substitute('a-b-c', '-', '+', 2)"#, #""a-b+c""#),
    (#"substitute('a-b-c', '-', '+', 9)"#, #""a-b-c""#),
    (#"substitute('aaaa', 'a', '', 2)"#, #""aaa""#),
    (#"T('x')"#, #""x""#),
    (#"T(5)"#, #""""#),
    (#"exact('a', 'A')"#, #"false"#),
    (#"exact('a', 'a')"#, #"true"#),
    (#"text(150,'euro')"#, #""€150""#),
    (#"text(50,'percent')"#, #""5000%""#),
    (#"text(1.5,'dollar')"#, #""$1.5""#),
    (#"text(2,'yuan')"#, #""¥2""#),
    (#"text(2,'number')"#, #""2""#),
    (#"text(1,'nix')"#, ##""#VALUE!""##),
    (#"value('12.5')"#, #"12.5"#),
    (#"value('x')"#, ##""#VALUE!""##),
    (#"concatenate('a', 1, true)"#, #""a1true""#),
    (#"concatenate(m, p, d)"#, #""gold, silverb@x, a@x2026-11-06""#),
    (#"concatenate(1e21, ' ', 1e-7, ' ', 0.00001, ' ', 1e15)"#, #""1e+21 1e-07 0.00001 1000000000000000""#),
    (#"ceiling(-2.14,4)"#, #"0"#),
    (#"ceiling(2.5)"#, #"3"#),
    (#"ceiling(6.7, -2)"#, #"8"#),
    (#"ceiling(5, 0)"#, #"0"#),
    (#"floor(-3.14,5)"#, #"-5"#),
    (#"floor(2.5)"#, #"2"#),
    (#"int(-3.14)"#, #"-4"#),
    (#"odd(-2.14)"#, #"-1"#),
    (#"odd(2)"#, #"3"#),
    (#"even(3)"#, #"4"#),
    (#"round(3.14,-3)"#, #"0"#),
    (#"round(2.5)"#, #"3"#),
    (#"round(-2.5)"#, #"-3"#),
    (#"round(3.14159, 2)"#, #"3.14"#),
    (#"roundup(-3.15)"#, #"-4"#),
    (#"roundup(3.141, 2)"#, #"3.15"#),
    (#"rounddown(-3.15)"#, #"-3"#),
    (#"1.3+2.6"#, #"3.9000000000000004"#),
    (#"abs(-5)"#, #"5"#),
    (#"exp(0)"#, #"1"#),
    (#"exp(1000)"#, ##""#VALUE!""##),
    (#"exp(-1000)"#, #"0"#),
    (#"lg(100)"#, #"2"#),
    (#"log(81,3)"#, #"4"#),
    (#"log(100)"#, #"2"#),
    (#"log(-1)"#, ##""#VALUE!""##),
    (#"sqrt(4)"#, #"2"#),
    (#"sqrt(-1)"#, ##""#VALUE!""##),
    (#"sign(-3)"#, #"-1"#),
    (#"mod(7,3)"#, #"1"#),
    (#"mod(-7,3)"#, #"2"#),
    (#"mod(5,-3)"#, #"-1"#),
    (#"mod(7,0)"#, ##""#VALUE!""##),
    (#"power(2,10)"#, #"1024"#),
    (#"power(0,-1)"#, ##""#VALUE!""##),
    (#"power(-8, 0.5)"#, ##""#VALUE!""##),
    (#"power(1e300,2)"#, ##""#VALUE!""##),
    (#"power(0.5, 1e300)"#, #"0"#),
    (#"divide(7,2)"#, #"3.5"#),
    (#"divide(1,0)"#, ##""#VALUE!""##),
    (#"divide(0,5)"#, #"0"#),
    (#"1/0"#, #"null"#),
    (#"0 * (1/0)"#, #"null"#),
    (#"0 / (1/0)"#, #"null"#),
    (#"power(5,0)"#, #"1"#),
    (#"1e308*10"#, #"null"#),
    (#"1e308+1e308"#, #"null"#),
    (#"1e-308*1e-308"#, #"0"#),
    (#"-n"#, #"-5"#),
    (#"add(1,2)"#, #"3"#),
    (#"subtract(1,2)"#, #"-1"#),
    (#"multiply(2,3)"#, #"6"#),
    (#"greater(2,1)"#, #"true"#),
    (#"lessthan(2,1)"#, #"false"#),
    (#"greatereq(2,2)"#, #"true"#),
    (#"lessthaneq(2,1)"#, #"false"#),
    (#"equal(1,1)"#, #"true"#),
    (#"unequal(1,1)"#, #"false"#),
    (#"date(2026, 13, 1)"#, #""2027-01-01T00:00:00.000+00:00""#),
    (#"date(99, 1, 1)"#, #""1999-01-01T00:00:00.000+00:00""#),
    (#"date(2026, 1, 0)"#, #""2025-12-31T00:00:00.000+00:00""#),
    (#"date(2024, 2, 30)"#, #""2024-03-01T00:00:00.000+00:00""#),
    (#"date(10000,1,1)"#, ##""#VALUE!""##),
    (#"date(1e300,1,1)"#, ##""#VALUE!""##),
    (#"dateAdd('2024-01-31', 1, 'months')"#, #""2024-02-29T00:00:00.000+00:00""#),
    (#"dateAdd('2024-02-29', 1, 'years')"#, #""2025-02-28T00:00:00.000+00:00""#),
    (#"dateAdd('2026-11-06', 2)"#, #""2026-11-08T00:00:00.000+00:00""#),
    (#"dateAdd('2026-11-06', 1, 'WEEKS')"#, #""2026-11-13T00:00:00.000+00:00""#),
    (#"dateAdd('2026-11-06 10:00', -90, 'minutes')"#, #""2026-11-06T08:30:00.000+00:00""#),
    (#"dateAdd('2026-11-06 10:00', 2, 'hours')"#, #""2026-11-06T12:00:00.000+00:00""#),
    (#"dateAdd('2026-11-06', 5, 'seconds')"#, #""2026-11-06T00:00:05.000+00:00""#),
    (#"dateAdd(NULL, 1)"#, ##""#VALUE!""##),
    (#"dateAdd('2026-11-06', 1, 'eons')"#, ##""#VALUE!""##),
    (#"dateAdd('2026-11-06', 1e300, 'days')"#, ##""#VALUE!""##),
    (#"dateDif('2018-01-01','2020-12-31')"#, #"1095"#),
    (#"dateDif('2018-01-01','2020-12-31','Y')"#, #"2"#),
    (#"dateDif('2018-01-01','2020-12-31','M')"#, #"35"#),
    (#"dateDif('2018-01-01','2020-12-31','YD')"#, #"365"#),
    (#"dateDif('2018-01-01','2020-12-31','YM')"#, #"11"#),
    (#"dateDif('2018-01-05','2020-12-31','MD')"#, #"26"#),
    (#"dateDif('2018-01-01','2018-01-02','S')"#, #"86400"#),
    (#"dateDif('2020-01-01','2018-01-01','Y')"#, #"-2"#),
    (#"dateDif('2020-01-31','2020-02-29','M')"#, #"0"#),
    (#"year('2026-11-06 10:20:30')"#, #"2026"#),
    (#"month('2026-11-06')"#, #"11"#),
    (#"day('2026-11-06')"#, #"6"#),
    (#"hour('2026-11-06 10:20:30')"#, #"10"#),
    (#"minute('2026-11-06 10:20:30')"#, #"20"#),
    (#"second('2026-11-06 10:20:30.9')"#, #"30"#),
    (#"quarter('2026-11-06')"#, #"4"#),
    (#"year('')"#, ##""#VALUE!""##),
    (#"isodate('2026-11-6 10:00')"#, #""2026-11-06""#),
    (#"isomonth('2026-1-6')"#, #""2026-01""#),
    (#"eomonth('2026-11-06', 1)"#, #""2026-12-31T00:00:00.000+00:00""#),
    (#"eomonth('2024-01-31', 1)"#, #""2024-02-29T00:00:00.000+00:00""#),
    (#"months('2020-02-01','2020-03-31')"#, #"1"#),
    (#"networkdays('2026-11-02','2026-11-08')"#, #"5"#),
    (#"networkdays('2026-11-06','2026-11-09','2026-11-09')"#, #"1"#),
    (#"networkdays('2026-11-09','2026-11-06')"#, #"-2"#),
    (#"networkdays('2026-11-02','2026-11-06', NULL, '2026-11-03', '2026-11-03')"#, #"4"#),
    (#"weekday('2026-11-06')"#, #"6"#),
    (#"weekday('2026-11-08')"#, #"1"#),
    (#"weekday('2026-11-08','Monday')"#, #"7"#),
    (#"weeknum('2026-01-04')"#, #"2"#),
    (#"weeknum('2026-01-04',2)"#, #"1"#),
    (#"weeknum('2026-01-04',21)"#, #"1"#),
    (#"weeknum('2026-01-04',11)"#, #"1"#),
    (#"weeknum('2026-12-31',17)"#, #"53"#),
    (#"weeknum('2026-12-31',9)"#, ##""#VALUE!""##),
    (#"startofweek('2021-04-28')"#, #""2021-04-25T00:00:00.000+00:00""#),
    (#"startofweek('2021-04-28','monday')"#, #""2021-04-26T00:00:00.000+00:00""#),
    (#"now()"#, #""2026-11-06T09:30:00.000+00:00""#),
    (#"today()"#, #""2026-11-06T00:00:00.000+00:00""#),
    (#"if(true, 1)"#, #"1"#),
    (#"if(false, 1)"#, #"null"#),
    (#"ifs(false, 1, true, 'x')"#, #""x""#),
    (#"switch(2, 1, 'a', 2, 'b')"#, #""b""#),
    (#"switch(3, 1, 'a', 'other')"#, #""other""#),
    (#"switch(3, 1, 'a')"#, #"null"#),
    (#"and(true, 1)"#, #"true"#),
    (#"or(false, 0)"#, #"false"#),
    (#"xor(true, true, true)"#, #"true"#),
    (#"not(false)"#, #"true"#),
    (#"average(1, 2, 'x', '')"#, #"1.5"#),
    (#"average('x')"#, ##""#VALUE!""##),
    (#"counta('a', '', 0, NULL)"#, #"2"#),
    (#"countall('a', '', 0)"#, #"3"#),
    (#"countblank('a', '', 0, NULL)"#, #"2"#),
    (#"countItems(m)"#, #"2"#),
    (#"countItems(l)"#, #"2"#),
    (#"countItems(a)"#, #"1"#),
    (#"country(g)"#, #""Peru""#),
    (#"round(pi, 4)"#, #"3.1416"#),
    (#"round(e, 3)"#, #"2.718"#),
    (#"a"#, #""Ann""#),
    (#"o"#, #""1001""#),
    (#"m"#, #"["1001", "1002"]"#),
    (
      #"l"#,
      #"[{"row_id": "AAAAAAAAQACAAAAAAAAAEg", "display_value": 12}, {"row_id": "AAAAAAAAQACAAAAAAAAAEQ", "display_value": 5}]"#
    ),
    (#"_id"#, #""AAAAAAAAQACAAAAAAAAAAQ""#),
    (#"_ctime"#, #""2026-11-06T09:00:00.500+00:00""#),
    (#"_locked"#, #"null"#),
    (#"_archived"#, #"false"#),
  ]

  /// Conditions, and the names of the rows for which each holds: `-` has none.
  static let conditions: [(condition: String, names: String)] = [
    (#"n = 5"#, #"Ann ann"#),
    (#"n != 5"#, #"12 -"#),
    (#"a = 12"#, #"12"#),
    (#"n = '5'"#, #"Ann ann"#),
    (#"n = 'five'"#, #""#),
    (#"n < 0"#, #"12"#),
    (#"n >= 5"#, #"Ann ann"#),
    (#"a > 'A' AND a < 'b'"#, #"Ann ann"#),
    (#"a LIKE 'A%'"#, #"Ann"#),
    (#"a ILIKE 'a%'"#, #"Ann ann"#),
    (#"a LIKE '_nn'"#, #"Ann ann"#),
    (#"a LIKE '\\%'"#, #""#),
    (#"o = 'gold'"#, #"Ann ann"#),
    (#"o > 'gold'"#, #"12"#),
    (#"o LIKE 's%'"#, #"12"#),
    (#"o IN ('silver', 'lead')"#, #"12"#),
    (#"m HAS ANY OF ('gold')"#, #"Ann"#),
    (#"m HAS NONE OF ('gold')"#, #"12 - ann"#),
    (#"m HAS ALL OF ('gold', 'silver')"#, #"Ann"#),
    (#"m IS EXACTLY ('silver')"#, #"12"#),
    (#"m = 'gold'"#, #"Ann"#),
    (#"m != 'gold'"#, #"12 - ann"#),
    (#"p = 5"#, #"12"#),
    (#"p = 'b@x'"#, #"Ann"#),
    (#"p LIKE 'b%'"#, #"Ann"#),
    (#"p HAS ANY OF ('a@x', 'q')"#, #"Ann"#),
    (#"p IS EXACTLY ('a@x', 'b@x')"#, #"Ann"#),
    (#"l HAS ANY OF (12)"#, #"Ann"#),
    (#"l IS EXACTLY (5, 12)"#, #"Ann"#),
    (#"l = 5"#, #"12"#),
    (#"l != 5"#, #"Ann - ann"#),
    (#"l LIKE '1%'"#, #"Ann"#),
    (#"l > 4"#, #"12"#),
    (#"d BETWEEN '2026-1-1' AND '2026-2-1'"#, #"12"#),
    (#"d = '2026-11-06 00:00:00'"#, #"Ann"#),
    (#"d = '2026-11-06 00:00:01'"#, #""#),
    (#"d > '2026-11-05 23:59:59.5'"#, #"Ann"#),
    (#"d < '2026-01-31 10:30:00.001'"#, #"12"#),
    (#"d IN ('2026-11-6')"#, #"Ann"#),
    (#"d LIKE '2026-01%'"#, #"12"#),
    (#"d > _ctime"#, #""#),
    (#"d > 5"#, #""#),
    (#"_mtime > '2026-11-07 00:00:00'"#, #"12 - ann"#),
    (#"_mtime BETWEEN '2026-11-6 08:00:00' AND '2026-11-7 09:00:00'"#, #"Ann 12"#),
    (#"_ctime = '2026-11-06 09:00:00.5'"#, #"Ann"#),
    (#"_id = 'AAAAAAAAQACAAAAAAAAAAQ'"#, #"Ann"#),
    (#"_id IN ('AAAAAAAAQACAAAAAAAAAAQ', 'AAAAAAAAQACAAAAAAAAACQ')"#, #"Ann"#),
    (#"_id = 'nonsense'"#, #""#),
    (#"_id LIKE 'AAAA%'"#, #"Ann 12 - ann"#),
    (#"_creator = 'y'"#, #"- ann"#),
    (#"b"#, #"Ann"#),
    (#"b = true"#, #"Ann"#),
    (#"b = false"#, #"12"#),
    (#"b = 1"#, #"Ann"#),
    (#"b IS TRUE"#, #"Ann"#),
    (#"b IS NOT TRUE"#, #"12 - ann"#),
    (#"a IS NULL"#, #"-"#),
    (#"m IS NULL OR l IS NULL"#, #"- ann"#),
    (#"n IN (5, 'x')"#, #"Ann ann"#),
    (#"a NOT IN ('Ann')"#, #"12 - ann"#),
    (#"a = ''"#, #""#),
    (#"a != ''"#, #"Ann 12 - ann"#),
    (#"u IS NULL"#, #"Ann 12 - ann"#),
    (#"u = 1"#, #""#),
    (#"n + 1 > 5"#, #"Ann ann"#),
    (#"n / 0 = 1"#, #""#),
    (#"country(g) = 'Peru'"#, #"Ann"#),
    (#"if(n > 1, b, a) = 'true'"#, #"Ann"#),
    (#"switch(n, 5, 'five', 'other') = 'five'"#, #"Ann ann"#),
    (#"ifs(n > 1, d) > '2026-01-01'"#, #"Ann"#),
    (#"upper(a) = 'ANN'"#, #"Ann ann"#),
    (#"a = n"#, #""#),
    (#"a = o"#, #""#),
    (#"len(a) = 3"#, #"Ann ann"#),
    (#"true"#, #"Ann 12 - ann"#),
    (#"false"#, #""#),
  ]

  /// Statements and their rows.
  static let statements: [(sql: String, expected: String)] = [
    (
      #"SELECT COUNT(*), COUNT(a), SUM(n), MIN(a), MAX(d), AVG(n), MAX(m), MIN(p), COUNT(f) FROM T"#,
      #"[4, 3, 7.5, "12", "2026-11-06T00:00:00.000+00:00", 2.5, "silver", "5", 1]"#
    ),
    (
      #"SELECT COUNT(*), SUM(n) FROM T WHERE false"#,
      #"[0, null]"#
    ),
    (
      #"SELECT o, COUNT(*) AS c, SUM(n) FROM T GROUP BY o HAVING c > 1 ORDER BY c DESC"#,
      #"["1001", 2, 10]"#
    ),
    (
      #"SELECT o, COUNT(*) FROM T GROUP BY o ORDER BY o DESC"#,
      #"["1002", 1] ["1001", 2] [null, 1]"#
    ),
    (
      #"SELECT m, COUNT(*) FROM T GROUP BY m"#,
      #"[["1001", "1002"], 1] [["1002"], 1] [null, 2]"#
    ),
    (
      #"SELECT l, COUNT(*) FROM T GROUP BY l"#,
      #"[[5, 12], 1] [[5], 1] [null, 2]"#
    ),
    (
      #"SELECT lower(a) AS x, COUNT(*), MAX(n) + 1 FROM T GROUP BY x ORDER BY x"#,
      #"["", 1, null] ["12", 1, -1.5] ["ann", 2, 6]"#
    ),
    (
      #"SELECT if(COUNT(*) > 1, 'many', a) FROM T GROUP BY a"#,
      #"["Ann"] ["12"] [null] ["ann"]"#
    ),
    (
      #"SELECT d, COUNT(*) FROM T GROUP BY d HAVING d > '2026-02-01'"#,
      #"["2026-11-06", 1]"#
    ),
    (
      #"SELECT _mtime, COUNT(*) FROM T GROUP BY _mtime ORDER BY _mtime DESC"#,
      #"["2026-11-08T09:00:00.000+00:00", 2] ["2026-11-07T09:00:00.000+00:00", 1] ["2026-11-06T09:00:00.000+00:00", 1]"#
    ),
    (
      #"SELECT _id FROM T GROUP BY _id HAVING _id = 'AAAAAAAAQACAAAAAAAAAAQ'"#,
      #"["AAAAAAAAQACAAAAAAAAAAQ"]"#
    ),
    (
      #"SELECT o, upper(o) FROM T GROUP BY o HAVING o = 'gold'"#,
      #"["1001", "GOLD"]"#
    ),
    (
      #"SELECT m FROM T GROUP BY m HAVING m HAS ANY OF ('gold')"#,
      #"[["1001", "1002"]]"#
    ),
    (
      #"SELECT a FROM T GROUP BY a HAVING NOT SUM(n) > 1 ORDER BY SUM(n) DESC"#,
      #"["12"] [null]"#
    ),
    (
      #"SELECT DISTINCT n FROM T"#,
      #"[5] [-2.5] [null]"#
    ),
    (
      #"SELECT DISTINCT o, n FROM T ORDER BY n DESC, o"#,
      #"["1001", 5] ["1002", -2.5] [null, null]"#
    ),
    (
      #"SELECT DISTINCT m, l FROM T ORDER BY l DESC, m"#,
      #"[["1001", "1002"], [5, 12]] [["1002"], [5]] [null, null]"#
    ),
    (
      #"SELECT T.a, k, v FROM T, U WHERE n = k"#,
      #"["Ann", 5, "five"] ["ann", 5, "five"]"#
    ),
    (
      #"SELECT T.a, v FROM T, U WHERE a = k AND v LIKE 't%'"#,
      #"["12", "twelve"]"#
    ),
    (
      #"SELECT T.a, v FROM T, U WHERE l = k"#,
      #"["12", "five"]"#
    ),
    (
      #"SELECT a, n FROM T ORDER BY n DESC, a"#,
      #"["Ann", 5] ["ann", 5] ["12", -2.5] [null, null]"#
    ),
    (
      #"SELECT a, o FROM T ORDER BY o DESC"#,
      #"["12", "1002"] ["Ann", "1001"] ["ann", "1001"] [null, null]"#
    ),
    (
      #"SELECT a FROM T ORDER BY p"#,
      #"[null] ["ann"] ["12"] ["Ann"]"#
    ),
    (
      #"SELECT a FROM T ORDER BY l DESC"#,
      #"["Ann"] ["12"] [null] ["ann"]"#
    ),
    (
      #"SELECT a FROM T ORDER BY a LIMIT 2 OFFSET 1"#,
      #"["12"] ["Ann"]"#
    ),
    (
      #"SELECT a FROM T ORDER BY d"#,
      #"[null] ["ann"] ["12"] ["Ann"]"#
    ),
    (
      #"SELECT a FROM T ORDER BY b DESC, _archived"#,
      #"["Ann"] ["12"] [null] ["ann"]"#
    ),
    (
      #"SELECT a FROM T LIMIT 0"#,
      #""#
    ),
    (
      #"SELECT a FROM T LIMIT 2 OFFSET 3"#,
      #"["ann"]"#
    ),
    (
      #"SELECT * FROM T LIMIT 1"#,
      #"["Ann", 5, true, "2026-11-06", "1001", ["1001", "1002"], ["b@x", "a@x"], [{"row_id": "AAAAAAAAQACAAAAAAAAAEg", "display_value": 12}, {"row_id": "AAAAAAAAQACAAAAAAAAAEQ", "display_value": 5}], {"country_region": "Peru"}, [{"name": "x"}], null, null, null, false, "x", "2026-11-06T09:00:00.500+00:00", "x", "2026-11-06T09:00:00.000+00:00", "AAAAAAAAQACAAAAAAAAAAQ"]"#
    ),
    (
      #"SELECT * FROM U WHERE k = 12"#,
      #"[12, "twelve", null, null, false, "y", "2026-11-06T09:00:00.000+00:00", "x", "2026-11-08T09:00:00.000+00:00", "AAAAAAAAQACAAAAAAAAAEg"]"#
    ),
    (
      #"SELECT u, l FROM T WHERE a = 'Ann'"#,
      #"[null, [{"row_id": "AAAAAAAAQACAAAAAAAAAEg", "display_value": 12}, {"row_id": "AAAAAAAAQACAAAAAAAAAEQ", "display_value": 5}]]"#
    ),
    (
      #"SELECT upper(a), dateAdd(d, 1), n + 1 FROM T WHERE a IS NULL"#,
      ##"["", "#VALUE!", null]"##
    ),
  ]
}
