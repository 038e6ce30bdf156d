using CnnService.Training.Augmentations;
using CnnService.Training.Running;

namespace CnnService.Training.Presets;

/// <summary>airbench94 (Jordan 2024, arXiv 2404.00498), the best known small recipe for CIFAR-10.</summary>
public sealed class AirbenchPreset : Preset
{
    /// <inheritdoc/>
    public override string Name => "airbench";

    /// <inheritdoc/>
    public override string Title => "Six convolutions of 64 and 256 filters, as in airbench94";

    /// <inheritdoc/>
    public override string GoodFor => "The highest accuracy on some ten thousand photos. Colour pictures are mirrored, grey ones are not; predictions look at six views.";

    /// <inheritdoc/>
    public override TrainingSpec Fit(PresetInput dataset) => new AirbenchRecipe
    {
        Filters = [64, 256, 256],
        ImagesSeen = 400_000,
        MostEpochs = 40,
        MirrorsColour = true,
        Views = TestTimeAugmentation.MirrorTranslate,
    }.Fit(dataset);
}
