using CnnService.Training.Kernels;
using CnnService.Training.Kernels.Convolutions;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// A bound convolution with the ReLU and the pooling that it absorbed. Forward: groups of images are loaded, and blocks of filters
/// are summed over them. Backward: the weights' gradient is summed over fixed runs of images, then over the runs in their order.
/// </summary>
internal sealed class ConvolutionLayer : Layer
{
    private readonly ConvolutionAlgorithm algorithm;
    private readonly bool relu;
    private readonly PlacedParameter weight;
    private readonly PlacedParameter? bias;
    private readonly byte[] argmax;
    private readonly ConvolutionGradients? gradients;
    private readonly Action<int, int> forward;
    private FloatBuffer x;
    private Pass pass;
    private int splits;
    private bool isPacked;

    public ConvolutionLayer(LayerBinder binder, ConvolutionSize size, int filters, bool bias, bool relu)
        : base(binder)
    {
        this.relu = relu;
        algorithm = ConvolutionAlgorithms.Forward(size, filters, binder.Memory);
        weight = binder.Parameter("weight");
        this.bias = bias ? binder.Parameter("bias") : null;
        Output = binder.Buffer(OutputLength);
        argmax = binder.ForTraining && size.PoolHeight * size.PoolWidth > 1 ? new byte[Output.Length] : [];
        if (binder.ForTraining) gradients = new ConvolutionGradients(binder, size, filters, weight, this.bias);
        forward = ForwardPiece;
        x = Output;
    }

    public override FloatBuffer Output { get; }

    public override FloatBuffer? ReusableOutput => relu ? null : Output; // its gradient is masked by the outputs

    public override FloatBuffer? InputGradient => gradients?.InputGradient;

    private int OutputLength => algorithm.Filters * algorithm.Size.OutputHeight * algorithm.Size.OutputWidth;

    public override void Forward(FloatBuffer x, Pass pass)
    {
        (this.x, this.pass) = (x, pass);
        if (gradients is not null || !isPacked) algorithm.Pack(Parameters, weight.Start); // a model's parameters never change
        isPacked = true;
        int groups = (pass.Count + algorithm.Group - 1) / algorithm.Group;
        splits = Math.Clamp(Team.Size / groups, 1, algorithm.Blocks); // fewer groups than threads: share the filters too
        Team.Run(groups * splits, forward);
    }

    public override void Backward(FloatBuffer x, FloatBuffer dy, Pass pass) =>
        gradients!.Backward(x, new OutputGradient(dy, relu ? Output : null, argmax, OutputLength), pass.Count);

    private void ForwardPiece(int piece, int worker)
    {
        int first = piece / splits * algorithm.Group, count = Math.Min(algorithm.Group, pass.Count - first), split = piece % splits;
        for (int i = 0; i < count; i++) algorithm.Load(worker, i, x.Slice((first + i) * Input.Length, Input.Length));
        var output = new ConvolutionTarget(Output, first, argmax, bias is null ? [] : bias.In(Parameters), relu);
        for (int block = split * algorithm.Blocks / splits; block < (split + 1) * algorithm.Blocks / splits; block++)
            algorithm.Write(worker, block, count, output);
    }
}
