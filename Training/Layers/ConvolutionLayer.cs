using CnnService.Training.Kernels;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// A bound convolution with the ReLU and the pooling that it absorbed. Forward: groups of images are padded into planes, and blocks of 8 filters
/// are summed over them. Backward: the weights' gradient is summed over fixed runs of images, then over the runs in their order.
/// </summary>
internal sealed class ConvolutionLayer : Layer
{
    private const int PlanesTarget = 128 * 1024; // numbers of one group's planes: half of a second-level cache of 1 MB
    private const int OutputsTarget = 256;       // outputs of a group that fill the vectors well
    private readonly Correlation layout;
    private readonly int filters, blocks;
    private readonly bool relu;
    private readonly PlacedParameter weight;
    private readonly PlacedParameter? bias;
    private readonly FloatBuffer packed;
    private readonly FloatBuffer[] planes, sums;
    private readonly byte[] winners;
    private readonly ConvolutionGradients? gradients;
    private readonly Action<int, int> forward;
    private FloatBuffer x;
    private Pass pass;
    private int splits;

    public ConvolutionLayer(LayerBinder binder, CorrelationSize size, int filters, bool bias, bool relu)
        : base(binder)
    {
        (this.filters, this.relu) = (filters, relu);
        blocks = PackedFilters.Blocks(filters);
        layout = new Correlation(size, GroupOf(size, binder.Capacity));
        weight = binder.Parameter("weight");
        this.bias = bias ? binder.Parameter("bias") : null;
        packed = new FloatBuffer(blocks * Tile.Rows * layout.Taps);
        planes = FloatBuffer.Several(Team.Size, layout.PlanesLength);
        sums = FloatBuffer.Several(Team.Size, layout.SumsLength);
        Output = binder.Buffer(OutputLength);
        winners = binder.ForTraining && layout.PoolElements > 1 ? new byte[Output.Length] : [];
        if (binder.ForTraining) gradients = new ConvolutionGradients(binder, layout, filters, weight, this.bias);
        forward = ForwardPiece;
        x = Output;
    }

    public override FloatBuffer Output { get; }

    public override FloatBuffer? InputGradient => gradients?.InputGradient;

    private int PlaneOutputs => layout.Size.OutputHeight * layout.Size.OutputWidth;

    private int OutputLength => filters * PlaneOutputs;

    public override void Forward(FloatBuffer x, Pass pass)
    {
        (this.x, this.pass) = (x, pass);
        PackedFilters.Pack(weight.In(Parameters), filters, layout.Taps, packed.Span);
        int groups = (pass.Count + layout.Group - 1) / layout.Group;
        splits = Math.Clamp(2 * Team.Size / groups, 1, blocks); // few images: share the filters too
        Team.Run(groups * splits, forward);
    }

    public override void Backward(FloatBuffer x, FloatBuffer dy, Pass pass) =>
        gradients!.Backward(x, new OutputGradient(dy, relu ? Output : null, winners, OutputLength), pass.Count);

    private void ForwardPiece(int piece, int worker)
    {
        int first = piece / splits * layout.Group, count = Math.Min(layout.Group, pass.Count - first);
        for (int i = 0; i < count; i++) Planes.Fill(layout, x.Slice((first + i) * Input.Length, Input.Length), planes[worker], i);

        int split = piece % splits;
        for (int block = split * blocks / splits; block < (split + 1) * blocks / splits; block++)
        {
            layout.Sum(packed, block, planes[worker], sums[worker], count);
            for (int f = block * Tile.Rows; f < Math.Min(filters, (block + 1) * Tile.Rows); f++)
            {
                float shift = bias is null ? 0 : bias.In(Parameters)[f];
                for (int i = 0; i < count; i++)
                {
                    int start = (first + i) * OutputLength + f * PlaneOutputs;
                    Span<byte> whoWon = winners.Length == 0 ? [] : winners.AsSpan(start, PlaneOutputs);
                    ConvolutionOutput.Write(layout, sums[worker], f % Tile.Rows, i, shift, relu, Output.Slice(start, PlaneOutputs), whoWon);
                }
            }
        }
    }

    private static int GroupOf(CorrelationSize size, int capacity)
    {
        int byMemory = PlanesTarget / new Correlation(size, 1).PlanesLength;
        int byOutputs = (OutputsTarget + size.OutputHeight * size.OutputWidth - 1) / (size.OutputHeight * size.OutputWidth);
        return Math.Clamp(Math.Min(byMemory, byOutputs), 1, capacity);
    }
}
