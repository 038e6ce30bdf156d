using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using CnnService.Training;
using CnnService.Training.Datasets;
using CnnService.Training.Presets;
using CnnService.Training.Running;
using CnnService.Training.Specs;

namespace CnnService.Benchmarks;

/// <summary>Trains a preset, the three-layer net if none is named, on a dataset file with a progress bar, and prints what was reached.</summary>
internal static class Train
{
    private const string Usage = "usage: train PATH [--preset NAME] [--hidden N] [--epochs N] [--batch N] [--seed N] [--threads N]";

    /// <summary>Runs the command; the exit code is 0, or 2 for arguments or a file that cannot be used.</summary>
    public static int Run(string[] args)
    {
        try
        {
            Execute(Arguments.Parse(args));
            return 0;
        }
        catch (Exception e) when (e is InvalidInputException or FormatException)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }
    }

    private static void Execute(Arguments arguments)
    {
        var clock = Stopwatch.StartNew();
        Dataset dataset = arguments.Path == "shapes" ? ShapesDataset.Create() : Dataset.Open(arguments.Path);
        Print($"{arguments.Path}: {dataset.Train.Count:N0} training and {dataset.Test.Count:N0} test images in {dataset.Labels.Count} classes, read in {clock.Elapsed.TotalSeconds:F1} s");

        TrainingSpec spec = SpecOf(arguments, dataset);
        using var trainer = new Trainer(spec, dataset, arguments.Threads);
        clock.Restart();
        var progress = new Progress(trainer);
        foreach (IterationReport report in trainer.Run()) progress.Show(report);
        Print($"trained {trainer.TotalIterations:N0} iterations in {clock.Elapsed.TotalSeconds:F1} s");

        Print($"validation accuracy {trainer.BestValidationAccuracy:F4} (best, iteration {trainer.BestIteration:N0}), {trainer.History.ValidationAccuracies[^1]:F4} (last)");
        using var predictor = new Predictor(trainer.BestModel());
        if (dataset.Test.Count > 0) Print($"test accuracy {predictor.Accuracy(dataset.Test):F4} (best parameters)");
        Print($"SHA-256 of the final parameters {Convert.ToHexStringLower(SHA256.HashData(trainer.LastModel().ToArray()))}");
        using var process = Process.GetCurrentProcess();
        Print($"peak memory {process.PeakWorkingSet64 / 1e6:F0} MB");
    }

    private static TrainingSpec SpecOf(Arguments arguments, Dataset dataset)
    {
        string name = arguments.Preset ?? "three-layer-conv-net";
        Preset preset = Preset.Find(name) ?? throw new FormatException($"There is no preset {name}; known are {string.Join(", ", Preset.All.Select(known => known.Name))}.");
        TrainingSpec spec = preset.Fit(new PresetInput(dataset.Shape, dataset.Labels.Count, dataset.Train.Count)) with { Seed = arguments.Seed };
        if (arguments.Hidden is int units) spec = spec with { Model = new ThreeLayerConvNet { HiddenUnits = units } };
        return spec with { Epochs = arguments.Epochs ?? spec.Epochs, BatchSize = arguments.Batch ?? spec.BatchSize };
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed record Arguments(string Path, string? Preset = null, int? Hidden = null, int? Epochs = null, int? Batch = null, int Seed = 1, int Threads = 0)
    {
        public static Arguments Parse(string[] args)
        {
            if (args.Length == 0 || args[0].StartsWith('-') || args.Length % 2 == 0) throw new FormatException(Usage);
            var arguments = new Arguments(args[0]);
            for (int i = 1; i < args.Length; i += 2)
            {
                if (args[i] == "--preset")
                {
                    arguments = arguments with { Preset = args[i + 1] };
                    continue;
                }

                if (!int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value))
                    throw new FormatException($"{args[i]} is {args[i + 1]}; give a whole number.");
                arguments = args[i] switch
                {
                    "--hidden" => arguments with { Hidden = value },
                    "--epochs" => arguments with { Epochs = value },
                    "--batch" => arguments with { Batch = value },
                    "--seed" => arguments with { Seed = value },
                    "--threads" => arguments with { Threads = value },
                    _ => throw new FormatException(Usage),
                };
            }

            return arguments;
        }
    }
}
