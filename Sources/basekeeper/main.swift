print("basekeeper")
