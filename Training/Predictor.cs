using CnnService.Training.Augmentations;
using CnnService.Training.Datasets;
using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Tensors;

namespace CnnService.Training;

/// <summary>
/// Predicts with a model from any number of threads at once: each call takes buffers of its own, kept for the next call; after the
/// first nothing is allocated. An image gives the same bits alone and in a batch, and on every thread count.
/// </summary>
public sealed class Predictor : IDisposable
{
    private readonly Model model;
    private readonly int batchSize, threads;
    private readonly View[][] views = [.. Enum.GetValues<TestTimeAugmentation>().Select(View.Of)];
    private readonly Stack<PredictorBuffers> free = []; // under its lock; a ConcurrentBag allocates for each thread that comes

    /// <summary>Prepares to predict.</summary>
    /// <param name="model">The model; it is shared, not copied.</param>
    /// <param name="batchSize">Images that go through the network together, 1 to 10,000, default 32; more are taken in turns.</param>
    /// <param name="threads">Threads that share one call's work, default 1.</param>
    public Predictor(Model model, int batchSize = 32, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batchSize, 10_000);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        (this.model, this.batchSize, this.threads) = (model, batchSize, threads);
    }

    /// <summary>The probabilities of each class.</summary>
    /// <param name="images">N images of bytes, each (C, H, W).</param>
    /// <param name="probabilities">Receives (N, classes).</param>
    /// <param name="augmentation">What the images are seen as; left out, as the model says.</param>
    public void Predict(ReadOnlySpan<byte> images, Span<float> probabilities, TestTimeAugmentation? augmentation = null)
    {
        int classes = model.Network.Classes;
        Score(images, probabilities, augmentation);
        for (int n = 0; n < probabilities.Length; n += classes) ToProbabilities(probabilities.Slice(n, classes), probabilities.Slice(n, classes));
    }

    /// <summary>
    /// The scores of each class, which the softmax turns into probabilities. Two scores may differ where their probabilities, rounded, do not: the
    /// highest score tells the class, in training, in predictions and in what counts them.
    /// </summary>
    /// <param name="images">N images of bytes, each (C, H, W).</param>
    /// <param name="scores">Receives (N, classes): the mean over the views.</param>
    /// <param name="augmentation">What the images are seen as; left out, as the model says.</param>
    public void Score(ReadOnlySpan<byte> images, Span<float> scores, TestTimeAugmentation? augmentation = null)
    {
        int length = model.Network.Input.Length, classes = model.Network.Classes, count = images.Length / length;
        if (count * length != images.Length) throw new ArgumentException($"{images.Length} bytes are not whole images of {length}.", nameof(images));
        if (scores.Length != count * classes) throw new ArgumentException($"{count} images give {count * classes} scores, not {scores.Length}.", nameof(scores));

        PredictorBuffers buffers = Take() ?? new PredictorBuffers(model, batchSize, threads);
        for (int first = 0; first < count; first += batchSize)
        {
            int batch = Math.Min(batchSize, count - first);
            buffers.Score(images.Slice(first * length, batch * length), scores.Slice(first * classes, batch * classes), views[(int)(augmentation ?? model.TestTimeAugmentation)]);
        }

        lock (free) free.Push(buffers);
    }

    /// <summary>The probabilities that the scores of one image stand for; both may be the same memory.</summary>
    public static void ToProbabilities(ReadOnlySpan<float> scores, Span<float> probabilities) => SoftmaxLoss.Probabilities(scores, probabilities);

    /// <summary>The class that the scores of one image tell: the highest, the first of equals.</summary>
    public static int ClassOf(ReadOnlySpan<float> scores)
    {
        int highest = 0;
        for (int i = 1; i < scores.Length; i++)
            if (scores[i] > scores[highest]) highest = i;
        return highest;
    }

    /// <summary>The share of images whose highest score is their label's, seen as the model says; 0 to 1, NaN for no images.</summary>
    public double Accuracy(ImageSet images)
    {
        ArgumentNullException.ThrowIfNull(images);
        int right = 0, length = model.Network.Input.Length, classes = model.Network.Classes;
        byte[] pixels = new byte[batchSize * length];
        float[] scores = new float[batchSize * classes];
        for (int first = 0; first < images.Count; first += batchSize)
        {
            int batch = Math.Min(batchSize, images.Count - first);
            for (int i = 0; i < batch; i++) images[first + i].CopyTo(pixels.AsSpan(i * length, length));
            Score(pixels.AsSpan(0, batch * length), scores.AsSpan(0, batch * classes));
            for (int i = 0; i < batch; i++)
                if (ClassOf(scores.AsSpan(i * classes, classes)) == images.Labels[first + i]) right++;
        }

        return (double)right / images.Count;
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        while (Take() is PredictorBuffers buffers) buffers.Dispose();
    }

    private PredictorBuffers? Take()
    {
        lock (free) return free.TryPop(out PredictorBuffers? buffers) ? buffers : null;
    }

    private sealed class PredictorBuffers : IDisposable
    {
        private readonly Model model;
        private readonly Team team;
        private readonly BoundNetwork network;
        private readonly FloatBuffer scratch; // of one image

        public PredictorBuffers(Model model, int batchSize, int threads)
        {
            this.model = model;
            team = new Team(threads);
            network = model.Network.Bind(model.Parameters, null, batchSize, team);
            scratch = new FloatBuffer(model.Network.Input.Length);
        }

        /// <summary>The mean of the scores of all views.</summary>
        public void Score(ReadOnlySpan<byte> images, Span<float> scores, View[] views)
        {
            Shape shape = model.Network.Input;
            int batch = images.Length / shape.Length;
            for (int v = 0; v < views.Length; v++)
            {
                for (int n = 0; n < batch; n++)
                {
                    Span<float> image = network.Input.Slice(n * shape.Length, shape.Length);
                    model.Normalization.Apply(images.Slice(n * shape.Length, shape.Length), image);
                    views[v].Apply(shape, image, scratch.Span);
                }

                network.Forward(new Pass(batch));
                views[v].AddTo(scores, network.Scores.Slice(0, scores.Length), isFirst: v == 0);
            }
        }

        public void Dispose() => team.Dispose();
    }
}
