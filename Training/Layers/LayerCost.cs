namespace CnnService.Training.Layers;

/// <summary>What layers take, in numbers of 4 bytes and in multiply-adds.</summary>
/// <param name="Outputs">Numbers kept for each image of a batch that is predicted: the outputs.</param>
/// <param name="Kept">Numbers kept for each image of a batch that is trained: outputs, and two inputs' gradients of each list of layers.</param>
/// <param name="Fixed">Numbers taken in training whatever the batch, beside the parameters: packed filters, parts of gradients. Layers use them in turns.</param>
/// <param name="MultiplyAdds">Of the plain formula, forward, for one image.</param>
/// <param name="Layers">The number of layers, those inside of others included.</param>
internal readonly record struct LayerCost(long Outputs, long Kept, long Fixed = 0, long MultiplyAdds = 0, int Layers = 1)
{
    /// <summary>Both together.</summary>
    public static LayerCost operator +(LayerCost a, LayerCost b) =>
        new(a.Outputs + b.Outputs, a.Kept + b.Kept, Math.Max(a.Fixed, b.Fixed), a.MultiplyAdds + b.MultiplyAdds, a.Layers + b.Layers);
}
