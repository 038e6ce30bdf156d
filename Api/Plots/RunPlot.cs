using System.Globalization;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using SkiaSharp;

namespace CnnService.Api.Plots;

/// <summary>Losses over iterations and below them accuracies over the same iterations, of one run, or of several in colours of their own.</summary>
internal sealed class RunPlot(IReadOnlyList<PlottedRun> runs)
{
    /// <summary>The size of the picture in pixels.</summary>
    public const int Width = 1200, Height = 800;

    /// <summary>The most runs that are drawn with bands: those of more would hide each other.</summary>
    public const int MostBands = 3;

    /// <summary>What is left free on the left side, in pixels.</summary>
    public const float Margin = 24;

    private const float Left = 84, Right = 36, LegendWidth = 226, LegendGap = 30, WideRange = 100;
    private static readonly TextStyle TitleStyle = new(26, Pens.Ink) { IsStrong = true, MaxWidth = Width - Margin - Right };
    private static readonly TextStyle FactsStyle = new(15, Pens.Muted) { MaxWidth = Width - Margin - Right };
    private readonly PlottedRun first = runs[0];

    /// <summary>The run's name, and how many others there are.</summary>
    public string Title => runs.Count switch { 1 => first.Run.Name, 2 => $"{first.Run.Name} and another run", int count => $"{first.Run.Name} and {count - 1} other runs" };

    /// <summary>Dataset, preset and best accuracies, in a line.</summary>
    public string Facts => string.Join("  ·  ", (runs.Count == 1 ? FactsOfOne() : FactsOfAll()).OfType<string>());

    private bool IsOne => runs.Count == 1;

    // The frames of both panels have the same sides.
    private float FrameRight => IsOne ? Width - Right : Width - Right - LegendWidth - LegendGap;

    /// <summary>Draws the picture.</summary>
    public void Draw(SKCanvas canvas)
    {
        canvas.Clear(Pens.Paper);
        PlotText.Draw(canvas, Title, new SKPoint(Margin, 42), TitleStyle);
        PlotText.Draw(canvas, Facts, new SKPoint(Margin, 69), FactsStyle);
        if (runs.All(run => run.LastIteration == 0))
        {
            string words = IsOne ? $"There are no iterations yet: the run is {NameOf(first.Run.State)}." : "There are no iterations yet.";
            PlotText.Draw(canvas, words, new SKPoint(Width / 2f, Height / 2f), new TextStyle(18, Pens.Muted) { Align = SKTextAlign.Center });
            return;
        }

        Axis iterations = Axis.OfIterations(runs.Max(run => run.LastIteration));
        DrawLosses(canvas, new Panel(new SKRect(Left, 130, FrameRight, 450), iterations, LossAxis()));
        DrawAccuracies(canvas, new Panel(new SKRect(Left, 510, FrameRight, 738), iterations, AccuracyAxis()));
        if (!IsOne) PlotLegend.DrawRuns(canvas, new SKRect(FrameRight + LegendGap, 126, Width - Right, 740), runs);
    }

    private void DrawLosses(SKCanvas canvas, Panel panel)
    {
        panel.DrawAxes(canvas, "Loss", $"cross-entropy and L2 term, in nats{(panel.Y.IsLogarithmic ? ", on a logarithmic axis" : "")}");
        panel.Within(canvas, () =>
        {
            foreach ((int i, PlottedRun run) in runs.Index().Reverse()) // the run that is asked for lies on top
                Curves.DrawLosses(canvas, panel, run.Losses, IsOne ? new LossStyle(Pens.Loss, 46, 110) : new LossStyle(Pens.Runs[i], (byte)(runs.Count <= MostBands ? 26 : 0), 70));
        });
        foreach (PlottedRun run in runs) Curves.DrawBreaks(canvas, panel, run);
        if (!IsOne) return;
        string window = first.Losses.Width == 1 ? "each iteration" : Invariant($"mean of {first.Losses.Width:N0} iterations");
        LegendItem line = new("smoothed", LineKind.Thick, Pens.Loss), mean = new(window, LineKind.Thin, Pens.Loss.WithAlpha(150));
        SKPoint end = EndOfHeading(panel);
        if (first.Losses.Width == 1) PlotLegend.DrawRow(canvas, end, line, mean);
        else PlotLegend.DrawRow(canvas, end, line, mean, new LegendItem("their smallest to largest", LineKind.Band, Pens.Loss.WithAlpha(56)));
    }

    private void DrawAccuracies(SKCanvas canvas, Panel panel)
    {
        panel.DrawAxes(canvas, "Accuracy", "% of images, after each epoch");
        RunEvent? epoch = IsOne ? first.Epochs.FirstOrDefault(item => item.Epoch > 0) : null; // the accuracies after the first iteration are told as those of epoch 0
        panel.DrawIterations(canvas, epoch is null ? "iteration" : Invariant($"iteration  ({epoch.Iteration / epoch.Epoch:N0} per epoch)"));
        if (IsOne)
            PlotLegend.DrawRow(canvas, EndOfHeading(panel), new LegendItem("validation", LineKind.Thick, Pens.Validation), new LegendItem("training", LineKind.Dashed, Pens.Training));
        foreach ((int i, PlottedRun run) in runs.Index().Reverse())
        {
            (SKColor training, SKColor validation) = IsOne ? (Pens.Training, Pens.Validation) : (Pens.Runs[i].WithAlpha(170), Pens.Runs[i]);
            panel.Within(canvas, () =>
            {
                Curves.DrawAccuracy(canvas, panel, run.Epochs, AccuracyStyle.Training(training));
                Curves.DrawAccuracy(canvas, panel, run.Epochs, AccuracyStyle.Validation(validation));
            });
            Curves.DrawBest(canvas, panel, run.Run, validation, hasWords: IsOne);
        }
    }

    private static SKPoint EndOfHeading(Panel panel) => new(panel.Frame.Right, panel.Frame.Top - Panel.HeadingGap);

    // Logarithmic where the end of a good run would lie on the lower edge.
    private Axis LossAxis()
    {
        LossPoint[] points = [.. runs.SelectMany(run => run.Losses.Points)];
        if (points.Length == 0) return Axis.Linear(0, 1);
        (double lowest, double smallest, double largest) = (points.Min(point => point.Smoothed), points.Min(point => point.Min), points.Max(point => point.Max));
        return lowest > 0 && largest / lowest > WideRange ? Axis.Logarithmic(lowest, largest) : Axis.Linear(Math.Min(0, smallest), largest);
    }

    private Axis AccuracyAxis()
    {
        double[] accuracies = [.. runs.SelectMany(run => run.Epochs).SelectMany(epoch => new[] { epoch.TrainAccuracy, epoch.ValidationAccuracy }).OfType<double>()];
        return Axis.Linear(accuracies.Length == 0 ? 0 : Math.Min(100 * accuracies.Min(), 99), 100);
    }

    private IEnumerable<string?> FactsOfOne()
    {
        Run run = first.Run;
        yield return $"dataset {run.Dataset}";
        yield return run.Preset is null ? null : $"preset {run.Preset}";
        yield return run.BestValidationAccuracy is { } best ? Invariant($"best validation accuracy {best:0.00%} at iteration {run.BestIteration:N0}") : null;
        yield return run.TestAccuracy is { } test ? Invariant($"test accuracy {test:0.00%}") : null;
        yield return run.State == RunState.Completed ? null : NameOf(run.State);
    }

    private IEnumerable<string?> FactsOfAll()
    {
        string[] datasets = [.. runs.Select(run => run.Run.Dataset).Distinct()];
        yield return datasets.Length == 1 ? $"dataset {datasets[0]}" : $"datasets {string.Join(", ", datasets)}";
        yield return first.Run.Preset is { } preset && runs.All(run => run.Run.Preset == preset) ? $"preset {preset}" : null;
        yield return runs.MaxBy(run => run.Run.BestValidationAccuracy)!.Run is { BestValidationAccuracy: { } best, Name: var name }
            ? Invariant($"best validation accuracy {best:0.00%} by {name}")
            : null;
    }

    private static string NameOf(RunState state) => state.ToString().ToLowerInvariant();

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
