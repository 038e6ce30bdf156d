using System.Diagnostics;
using System.Globalization;
using CnnService.Training;
using CnnService.Training.Datasets;
using CnnService.Training.Running;
using CnnService.Training.Schedules;
using CnnService.Training.Tensors;

namespace CnnService.Benchmarks;

/// <summary>
/// What an epoch of the trainer takes beside its bare steps: the three-layer net on 40,000 generated images of 3x32x32, batches of 100. Blocks of
/// iterations and of bare steps on the batch that is in place take turns, on the same network and threads; medians are compared. Measuring the
/// accuracies is work of its own and has its own line.
/// </summary>
internal static class Epoch
{
    private const int Images = 40_000, BatchSize = 100, Block = 12, Epochs = 5, Target = 3; // percent
    private const double CheckpointSeconds = 15, LearningRate = 1e-4; // the first is the service's default

    /// <summary>Measures and prints; the exit code is 0, whether the target is met or not.</summary>
    public static int Run(string[] args)
    {
        int threads = args is ["--threads", string number] ? int.Parse(number, CultureInfo.InvariantCulture) : Environment.ProcessorCount;
        var spec = new TrainingSpec { Model = new ThreeLayerConvNet(), BatchSize = BatchSize, Epochs = Epochs };
        using var trainer = new Trainer(spec, Generate(), threads);
        using IEnumerator<IterationReport> iterations = trainer.Run().GetEnumerator();
        Checkpoint checkpoint = trainer.Capture(); // whose memory the later ones use, as the service does
        var times = new Times();
        for (int i = 0; i < trainer.IterationsPerEpoch; i++) iterations.MoveNext(); // warm, and its evaluation after iteration 1 is behind
        while (trainer.Iteration < trainer.TotalIterations)
        {
            if (trainer.Iteration % trainer.IterationsPerEpoch == 0) times.Captures.Add(Milliseconds(() => trainer.Capture(checkpoint)));
            bool bareFirst = trainer.Iteration / Block % 2 == 0;
            double bare = bareFirst ? Bare(trainer) : 0;
            times.Pull(iterations);
            if (!bareFirst) bare = Bare(trainer);
            times.Bare.Add(bare);
        }

        Print(trainer, threads, times);
        return 0;
    }

    private static Dataset Generate()
    {
        var shape = new Shape(3, 32, 32);
        var chance = new Chance(1, Purpose.Shapes, 0);
        float[] numbers = new float[shape.Length];
        byte[][] images = new byte[Images][];
        for (int n = 0; n < Images; n++)
        {
            chance.FillUniform(numbers, (ulong)n * (ulong)shape.Length);
            images[n] = Array.ConvertAll(numbers, number => (byte)(number * 256));
        }

        var set = new ImageSet(shape, images.Select(image => new ReadOnlyMemory<byte>(image)), Enumerable.Range(0, Images).Select(n => n % 10));
        return new Dataset(Enumerable.Range(0, 10).Select(n => $"{n}"), set);
    }

    private static double Bare(Trainer trainer) => Milliseconds(() =>
    {
        for (int i = 0; i < Block; i++)
            trainer.Learner.Learn(LearningRate, new Position(trainer.Iteration, trainer.IterationsPerEpoch, trainer.TotalIterations));
    }) / Block;

    private static double Milliseconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void Print(Trainer trainer, int threads, Times times)
    {
        double bare = Median(times.Bare), iteration = Median(times.Iterations);
        double steps = 100 * Median([.. times.Iterations.Zip(times.Bare, (ours, theirs) => ours / theirs - 1)]);
        double start = Math.Max(0, Median(times.Starts) - iteration), capture = Median(times.Captures), evaluation = Median(times.Ends) - iteration;
        double starts = 100 * start / (bare * trainer.IterationsPerEpoch), captures = 100 * capture / (1000 * CheckpointSeconds);
        Print($"# CnnService, threads {threads}: {trainer.TrainingImages:N0} training and {trainer.ValidationImages:N0} validation images, {trainer.IterationsPerEpoch} iterations an epoch");
        Print($"bare step {bare:F3} ms, iteration {iteration:F3} ms\t{steps:F2} %");
        Print($"start of an epoch {start:F2} ms\t{starts:F2} %");
        Print($"checkpoint {capture:F2} ms every {CheckpointSeconds} s\t{captures:F2} %");
        Print($"overhead, at most {Target} %\t{steps + starts + captures:F2} %");
        Print($"evaluation {evaluation:F1} ms an epoch, apart from it\t{100 * evaluation / (bare * trainer.IterationsPerEpoch):F2} %");
        Print($"allocated by an iteration {times.Allocated / times.Pulls:F0} bytes");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    // Milliseconds of one step, one iteration, the first and the last iteration of an epoch, one checkpoint.
    private sealed class Times
    {
        public List<double> Bare { get; } = [];

        public List<double> Iterations { get; } = [];

        public List<double> Starts { get; } = [];

        public List<double> Ends { get; } = [];

        public List<double> Captures { get; } = [];

        public double Allocated { get; private set; }

        public int Pulls { get; private set; }

        /// <summary>One block of iterations; the last of an epoch is kept apart, as it evaluates, and so is the first, as it begins the epoch.</summary>
        public void Pull(IEnumerator<IterationReport> iterations)
        {
            double sum = 0;
            int count = 0;
            for (int i = 0; i < Block; i++)
            {
                int epoch = iterations.Current.Epoch;
                long allocated = GC.GetAllocatedBytesForCurrentThread();
                double milliseconds = Milliseconds(() => iterations.MoveNext());
                allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
                if (iterations.Current.Evaluation is not null) Ends.Add(milliseconds);
                else if (iterations.Current.Epoch != epoch) Starts.Add(milliseconds);
                else (sum, count, Allocated, Pulls) = (sum + milliseconds, count + 1, Allocated + allocated, Pulls + 1);
            }

            Iterations.Add(sum / count);
        }
    }
}
