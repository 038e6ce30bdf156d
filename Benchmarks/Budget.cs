using System.Diagnostics;
using System.Globalization;
using CnnService.Training;
using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Optimizers;
using CnnService.Training.Tensors;

namespace CnnService.Benchmarks;

/// <summary>Where the time of a training step or a prediction goes: the median and the least milliseconds of each bound layer, forward and backward with the update, and of the loss.</summary>
internal static class Budget
{
    private static readonly string[] All = ["train/three-layer/100", "train/three-layer-500/50", "train/deep/250", "predict/three-layer/1", "predict/three-layer/100"];

    /// <summary>Runs the named workloads, or all.</summary>
    public static int Run(string[] workloads)
    {
        using var team = new Team(Environment.ProcessorCount);
        foreach (string workload in workloads.Length > 0 ? workloads : All)
        {
            string[] parts = workload.Split('/');
            var network = new Network(Steps.Net(parts[1]), new Shape(3, 32, 32), 10);
            int batch = int.Parse(parts[2], CultureInfo.InvariantCulture);
            Console.WriteLine(workload);
            (parts[0] == "train" ? Train(network, Steps.Rule(parts[1]), batch, team) : Predict(network, batch, team)).Print();
        }

        return 0;
    }

    private static Times Train(Network network, OptimizerSpec rule, int batch, Team team)
    {
        FloatBuffer parameters = network.Initialize(1), scoresGradient = new(batch * 10);
        var optimizer = new Optimizer(rule, network.Layout, parameters, 0);
        BoundNetwork bound = network.Bind(parameters, optimizer, batch, team);
        Steps.FillNormal(bound.Input);
        int[] labels = [.. Enumerable.Range(0, batch).Select(n => n % 10)];
        var pass = new Pass(batch, new DropoutNoise(1));
        IReadOnlyList<Layer> layers = bound.Layers;
        var times = new Times();
        int iteration = 0;
        for (var clock = Stopwatch.StartNew(); iteration < 9 || clock.ElapsedMilliseconds < 4000;)
        {
            Forward(bound, pass, times);
            times.Take("loss", () => SoftmaxLoss.Forward(bound.Scores.Span, labels, scoresGradient.Span));
            optimizer.Begin(0.001, ++iteration);
            for (int i = layers.Count - 1; i >= 0 && (i == layers.Count - 1 || layers[i + 1].InputGradient is not null); i--)
                times.Take($"{Name(layers, i)} backward", () => layers[i].Backward(Below(bound, i), i == layers.Count - 1 ? scoresGradient : layers[i + 1].InputGradient!, pass));
            optimizer.Finish();
        }

        return times;
    }

    private static Times Predict(Network network, int batch, Team team)
    {
        BoundNetwork bound = network.Bind(network.Initialize(1), null, batch, team);
        Steps.FillNormal(bound.Input);
        var times = new Times();
        for (var clock = Stopwatch.StartNew(); clock.ElapsedMilliseconds < 4000;) Forward(bound, new Pass(batch), times);
        return times;
    }

    private static void Forward(BoundNetwork bound, Pass pass, Times times)
    {
        for (int i = 0; i < bound.Layers.Count; i++)
            times.Take($"{Name(bound.Layers, i)} forward", () => bound.Layers[i].Forward(Below(bound, i), pass));
    }

    private static FloatBuffer Below(BoundNetwork bound, int i) => i == 0 ? bound.Input : bound.Layers[i - 1].Output;

    private static string Name(IReadOnlyList<Layer> layers, int i) => $"{i} {layers[i].GetType().Name} {layers[i].Input}";

    private sealed class Times
    {
        private readonly Dictionary<string, List<double>> taken = [];

        public void Take(string name, Action work)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            if (!taken.TryGetValue(name, out List<double>? list)) taken[name] = list = [];
            list.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        public void Print()
        {
            foreach ((string name, List<double> times) in taken) Console.WriteLine(FormattableString.Invariant($"  {Median(times),9:F3} {times.Min(),9:F3}  {name}"));
            Console.WriteLine(FormattableString.Invariant($"  {taken.Values.Sum(Median),9:F3} {taken.Values.Sum(times => times.Min()),9:F3}  all"));
        }

        private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
    }
}
