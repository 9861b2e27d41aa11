Console.WriteLine("podgate");
