using System.Diagnostics;
using System.Globalization;
using CnnService.Training;
using CnnService.Training.Augmentations;
using CnnService.Training.Datasets;
using CnnService.Training.Presets;
using CnnService.Training.Running;
using CnnService.Training.Specs;

namespace CnnService.Benchmarks;

/// <summary>
/// Trains a preset on a dataset file, one line an epoch: epoch, mean training loss, validation accuracy, training seconds; then a line for each kind of view: test, images,
/// views, accuracy, seconds. The time of evaluations is not in the training seconds.
/// </summary>
internal static class Recipe
{
    /// <summary>Runs the command; the exit code is 0, or 2 for arguments or a file that cannot be used.</summary>
    public static int Run(string[] args)
    {
        if (args is not [string name, string path, .. string[] rest] || Preset.Find(name) is not { } preset || rest.Length > 1)
        {
            Console.Error.WriteLine($"usage: recipe {string.Join('|', Preset.All.Select(known => known.Name))} PATH [EPOCHS]");
            return 2;
        }

        try
        {
            Dataset dataset = Dataset.Open(path);
            TrainingSpec spec = preset.Fit(new PresetInput(dataset.Shape, dataset.Labels.Count, dataset.Train.Count));
            if (rest is [string epochs]) spec = spec with { Epochs = int.Parse(epochs, CultureInfo.InvariantCulture) };
            Train(spec, dataset);
            return 0;
        }
        catch (Exception e) when (e is InvalidInputException or FormatException)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }
    }

    private static void Train(TrainingSpec spec, Dataset dataset)
    {
        using var trainer = new Trainer(spec, dataset);
        Print($"# CnnService, threads {Environment.ProcessorCount}: {trainer.TrainingImages:N0} images, {trainer.IterationsPerEpoch} steps of {spec.BatchSize} an epoch");
        List<double> losses = [], seconds = [];
        double all = 0;
        long begun = Stopwatch.GetTimestamp();
        foreach (IterationReport report in trainer.Run())
        {
            losses.Add(report.Loss);
            if (report.Evaluation is null) seconds.Add(Stopwatch.GetElapsedTime(begun).TotalSeconds);
            if (report.Evaluation is { } evaluation && report.Iteration % trainer.IterationsPerEpoch == 0)
            {
                double epoch = seconds.Average() * losses.Count; // the iterations that evaluate took as long as the others
                all += epoch;
                Print($"{evaluation.Epoch}\t{losses.Average():F4}\t{evaluation.ValidationAccuracy:F4}\t{epoch:F1}");
                losses.Clear();
                seconds.Clear();
            }

            begun = Stopwatch.GetTimestamp();
        }

        Print($"# trained in {all:F1} s without evaluations");
        using var predictor = new Predictor(trainer.BestModel(), batchSize: 100, Environment.ProcessorCount);
        foreach (TestTimeAugmentation views in Enum.GetValues<TestTimeAugmentation>()) Test(predictor, dataset.Test, dataset.Labels.Count, views);
        using var process = Process.GetCurrentProcess();
        Print($"# peak memory {process.PeakWorkingSet64 / 1e6:F0} MB");
    }

    private static void Test(Predictor predictor, ImageSet images, int classes, TestTimeAugmentation views)
    {
        const int batch = 100;
        int right = 0, length = images.Shape.Length;
        byte[] bytes = new byte[batch * length];
        float[] scores = new float[batch * classes];
        var clock = Stopwatch.StartNew();
        for (int first = 0; first < images.Count; first += batch)
        {
            int count = Math.Min(batch, images.Count - first);
            for (int n = 0; n < count; n++) images[first + n].CopyTo(bytes.AsSpan(n * length));
            predictor.Score(bytes.AsSpan(0, count * length), scores.AsSpan(0, count * classes), views);
            for (int n = 0; n < count; n++)
                if (Predictor.ClassOf(scores.AsSpan(n * classes, classes)) == images.Labels[first + n]) right++;
        }

        Print($"test\t{images.Count}\t{views}\t{(double)right / images.Count:F4}\t{clock.Elapsed.TotalSeconds:F1}");
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
