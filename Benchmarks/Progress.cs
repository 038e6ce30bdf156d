using System.Diagnostics;
using System.Globalization;
using CnnService.Training.Running;

namespace CnnService.Benchmarks;

/// <summary>A line that follows a run: a bar, loss, accuracy, images per second, time left. Where there is no terminal, a line per epoch.</summary>
internal sealed class Progress(Trainer trainer)
{
    private const int Width = 24;
    private const long MillisecondsBetweenDraws = 100;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private long drawn = -MillisecondsBetweenDraws;
    private EvaluationReport? evaluation;

    /// <summary>Draws the state after an iteration, if it is time.</summary>
    public void Show(IterationReport report)
    {
        evaluation = report.Evaluation ?? evaluation;
        bool evaluated = report.Evaluation is not null;
        if (Console.IsOutputRedirected)
        {
            if (evaluated) Console.WriteLine(Line(report));
            return;
        }

        if (!evaluated && clock.ElapsedMilliseconds - drawn < MillisecondsBetweenDraws) return;
        drawn = clock.ElapsedMilliseconds;
        Console.Write($"\r{Line(report)}  ");
        if (report.Iteration == trainer.TotalIterations) Console.WriteLine();
    }

    private string Line(IterationReport report)
    {
        double done = (double)report.Iteration / trainer.TotalIterations, seconds = clock.Elapsed.TotalSeconds;
        double imagesPerSecond = done * trainer.Spec.Epochs * trainer.TrainingImages / seconds;
        string bar = new string('#', (int)(done * Width)).PadRight(Width, '.');
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{bar}] epoch {report.Epoch}/{trainer.Spec.Epochs}  loss {report.Loss:F4}  validation accuracy {evaluation?.ValidationAccuracy:F4}  {imagesPerSecond:N0} images/s  {seconds / done - seconds:F0} s left");
    }
}
