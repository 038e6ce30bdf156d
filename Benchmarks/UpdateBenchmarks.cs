using BenchmarkDotNet.Attributes;
using CnnService.Training;
using CnnService.Training.Kernels;
using CnnService.Training.Optimizers;
using CnnService.Training.Tensors;

namespace CnnService.Benchmarks;

/// <summary>One step of each update rule over the parameters of the three-layer net.</summary>
[MemoryDiagnoser]
public class UpdateBenchmarks : IDisposable
{
    private readonly Team team = new(1);
    private Optimizer? optimizer;
    private long iteration;

    /// <summary>The rule's name in JSON.</summary>
    [Params("sgd", "sgd-momentum", "rmsprop", "adam")]
    public string Rule { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var network = new Network(new ThreeLayerConvNet(), new Shape(3, 32, 32), 10);
        OptimizerSpec spec = SpecJson.Read<OptimizerSpec>($$"""{"type":"{{Rule}}"}""");
        optimizer = new Optimizer(spec, network.Layout, network.Initialize(1), network.Initialize(2), 0.001, team);
    }

    [Benchmark]
    public double Step() => optimizer!.Step(0.001, ++iteration);

    [GlobalCleanup]
    public void Dispose()
    {
        team.Dispose();
        GC.SuppressFinalize(this);
    }
}
