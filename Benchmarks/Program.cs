using BenchmarkDotNet.Running;
using CnnService.Benchmarks;

switch (args)
{
    case ["steps", .. string[] workloads]:
        return Steps.Run(workloads);
    case ["budget", .. string[] workloads]:
        return Budget.Run(workloads);
    case ["train", .. string[] arguments]:
        return Train.Run(arguments);
    case ["recipe", .. string[] arguments]:
        return Recipe.Run(arguments);
    case ["epoch", .. string[] arguments]:
        return Epoch.Run(arguments);
    case ["preflight", .. string[] arguments]:
        return await Intervals.RunAsync(arguments);
    case ["latency"]:
        return await Latency.RunAsync();
    case ["page"]:
        return await PageSpeed.RunAsync();
    case ["faults", .. string[] arguments]:
        return await CnnService.Benchmarks.Faults.Harness.RunAsync(arguments);
    case ["kernels", .. string[] arguments]:
        BenchmarkSwitcher.FromAssembly(typeof(Steps).Assembly).Run(arguments);
        return 0;
    default:
        const string faults = "kills the service, fills its disk, flips its bits ..., and compares with undisturbed runs: "
            + "--minutes N, --seed N";
        Console.Error.WriteLine($"""
            usage: steps [WORKLOAD ...]     times the workloads that other libraries are compared on
                   budget [WORKLOAD ...]    times each layer of the training workloads, forward and backward
                   train PATH [OPTION ...]  trains the three-layer net, or a preset, on a dataset file
                   recipe NAME PATH [N]     trains a preset for N epochs, with the time of each
                   epoch                    times the trainer beside its bare steps
                   preflight [PATH ...]     holds the intervals of pre-flight against runs of all presets; --epochs N for shorter ones
                   latency                  times the answers of the service, idle and while a run trains
                   page                     times the curve of 1,000,000 iterations, the page that shows it, and a run that five pages watch
                   faults [OPTION ...]      {faults}
                   kernels [OPTION ...]     BenchmarkDotNet: --filter '*' runs all, --list flat names them
            """);
        return 2;
}
