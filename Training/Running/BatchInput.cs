using CnnService.Training.Augmentations;
using CnnService.Training.Datasets;
using CnnService.Training.Kernels;
using CnnService.Training.Tensors;

namespace CnnService.Training.Running;

/// <summary>
/// Puts the images of a batch into a network's input, augmented where they are learned from, shared out to the team image by image. Nothing is allocated per
/// batch.
/// </summary>
internal sealed class BatchInput
{
    private readonly BoundNetwork network;
    private readonly Team team;
    private readonly IReadOnlyList<AugmentationSpec> augmentations;
    private readonly ulong seed;
    private readonly int[] indices, labels;
    private readonly FloatBuffer[] scratch; // an image for each worker
    private readonly Action<int, int> copy;
    private LabelledImages? images;
    private int? epoch; // null where nothing is learned from the images
    private View view;

    /// <summary>For a network and the team that it is bound to.</summary>
    /// <param name="network">The bound network.</param>
    /// <param name="team">The threads that share the work.</param>
    /// <param name="augmentations">What is done to images that are learned from, in this order.</param>
    /// <param name="seed">The run's seed.</param>
    public BatchInput(BoundNetwork network, Team team, IReadOnlyList<AugmentationSpec> augmentations, ulong seed)
    {
        (this.network, this.team, this.augmentations, this.seed) = (network, team, augmentations, seed);
        (indices, labels) = (new int[network.Capacity], new int[network.Capacity]);
        scratch = FloatBuffer.Several(team.Size, network.Input.Length / network.Capacity);
        copy = Copy;
    }

    /// <summary>Images of the batch that is in place.</summary>
    public int Count { get; private set; }

    /// <summary>Their class indices.</summary>
    public ReadOnlySpan<int> Labels => labels.AsSpan(0, Count);

    /// <summary>Puts the chosen images in place to be learned from, at most as many as the network's capacity.</summary>
    /// <param name="images">The images.</param>
    /// <param name="batch">The indices of those that are chosen.</param>
    /// <param name="epoch">The epoch, counted from 0.</param>
    public void Fill(LabelledImages images, ReadOnlySpan<int> batch, int epoch) => Fill(images, batch, epoch, View.AsItIs);

    /// <summary>Puts a view of the chosen images in place, to be measured.</summary>
    public void Fill(LabelledImages images, ReadOnlySpan<int> batch, View view) => Fill(images, batch, epoch: null, view);

    private void Fill(LabelledImages images, ReadOnlySpan<int> batch, int? epoch, View view)
    {
        (this.images, this.epoch, this.view) = (images, epoch, view);
        Count = batch.Length;
        batch.CopyTo(indices);
        team.Run(Count, copy);
    }

    private void Copy(int n, int worker)
    {
        Shape shape = images!.Shape;
        Span<float> image = network.Input.Slice(n * shape.Length, shape.Length);
        labels[n] = images.Label(indices[n]);
        images.CopyTo(indices[n], image);
        view.Apply(shape, image, scratch[worker].Span);
        if (epoch is not int now) return;
        for (int place = 0; place < augmentations.Count; place++)
            augmentations[place].Apply(new SightingChance(seed, place, indices[n], now), shape, image, scratch[worker].Span);
    }
}
