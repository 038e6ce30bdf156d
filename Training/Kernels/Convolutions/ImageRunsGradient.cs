using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>The gradients summed over fixed runs of images, each run by one worker, then over the runs in their order.</summary>
internal sealed class ImageRunsGradient : BatchGradient
{
    private const int MostRuns = 16; // a fixed number, so that threads never change a sum
    private readonly Team team;
    private readonly int filters, imageLength, outputs;
    private readonly bool bias;
    private readonly FloatBuffer[] masked, weights;
    private readonly WeightGradient[] products;
    private readonly double[] biases;
    private readonly Action<int, int> addRun, addRuns;
    private FloatBuffer x;
    private OutputGradient dy;
    private int count;

    public ImageRunsGradient(ConvolutionSize size, int filters, bool bias, LayerMemory memory)
    {
        (team, this.filters, this.bias) = (memory.Team, filters, bias);
        (imageLength, outputs) = (size.Channels * size.Height * size.Width, size.OutputHeight * size.OutputWidth);
        int filterRows = PackedFilters.Blocks(filters) * Tile.Rows, runs = Math.Min(MostRuns, memory.Capacity);
        masked = FloatBuffer.Several(team.Size, filterRows * outputs);
        products = [.. Enumerable.Range(0, team.Size).Select(_ => ConvolutionAlgorithms.WeightGradient(size, filters))];
        weights = memory.Scratch.Several("runs", runs, filterRows * products[0].Pitch);
        biases = new double[runs * filters];
        (addRun, addRuns) = (AddRun, AddRuns);
        x = masked[0];
    }

    private int Runs => Math.Min(MostRuns, count);

    public override void Sum(FloatBuffer x, OutputGradient dy, int count)
    {
        (this.x, this.dy, this.count) = (x, dy, count);
        team.Run(Runs, addRun);
        team.Run(filters, addRuns);
    }

    public override void CopyTo(int filter, Span<float> dw) => products[0].CopyTo(weights[0].Slice(filter * products[0].Pitch, products[0].Pitch), dw);

    public override float BiasOf(int filter) => (float)biases[filter];

    private void AddRun(int run, int worker)
    {
        Span<double> own = biases.AsSpan(run * filters, filters);
        weights[run].Span.Clear();
        own.Clear();
        for (int n = run * count / Runs; n < (run + 1) * count / Runs; n++)
        {
            dy.Mask(n, masked[worker].Slice(0, filters * outputs));
            products[worker].Add(x.Slice(n * imageLength, imageLength), masked[worker], dy.ArgmaxOf(n), weights[run]);
            if (!bias) continue;
            for (int f = 0; f < filters; f++)
                own[f] += Sums.Of(default(NumberTerm), masked[worker].Slice(f * outputs, outputs), masked[worker].Slice(f * outputs, outputs));
        }
    }

    // Into the sums of the first run.
    private void AddRuns(int filter, int worker)
    {
        int pitch = products[0].Pitch;
        Span<float> sum = weights[0].Slice(filter * pitch, pitch);
        for (int run = 1; run < Runs; run++)
        {
            Elementwise.Apply(default(AddOperation), sum, weights[run].Slice(filter * pitch, pitch), sum);
            biases[filter] += biases[run * filters + filter];
        }
    }
}
