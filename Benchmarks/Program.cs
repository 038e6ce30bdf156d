using CnnService.Benchmarks;

if (args.Length > 0 && args[0] == "steps")
{
    Steps.Run(args[1..], Environment.ProcessorCount);
    return 0;
}

Console.Error.WriteLine("usage: steps [WORKLOAD ...]");
return 2;
