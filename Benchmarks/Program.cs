Console.WriteLine("steps | train");
