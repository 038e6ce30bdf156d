using System.Net;
using System.Net.Http.Json;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Models;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Tests.Runs;

/// <summary>A curve is the losses of the events, cut into windows, however they came into the database.</summary>
public sealed class CurveTests(TrainedService service) : IClassFixture<TrainedService>
{
    private const int PerEpoch = 10;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public enum Kept
    {
        ByTheWriter,
        NoneAsInAnOlderVersion,
        SinceTheMiddleOfAWindow,
    }

    /// <summary>Every way to have been written, with lengths on both sides of windows' ends.</summary>
    public static MatrixTheoryData<Kept, int> Runs { get; } = new(Enum.GetValues<Kept>(), [1, 16, 17, 255, 5000]);

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Curve_AnyRange_HasTheSmallestLargestAndMeanLossOfEachWindow(Kept kept, int iterations)
    {
        (Guid run, double[] losses) = await AddRunAsync(iterations, kept);
        foreach ((long from, long to) in ((long, long)[])[(1, iterations), (1, 1), (iterations, iterations), (Math.Min(15, iterations), Math.Min(274, iterations)), (2, iterations + 100)])
        {
            foreach (int points in (int[])[1, 2, 7, 100, 2000])
            {
                if (from > iterations || to < from) continue;
                Curve curve = await ReadAsync(run, $"points={points}&from={from}&to={to}");
                AssertCurve(curve, losses, from, Math.Min(to, iterations), points);
            }
        }
    }

    [Fact]
    public async Task Curve_WithoutParameters_IsTheWholeRunInAtMost1000Windows()
    {
        (Guid run, double[] losses) = await AddRunAsync(3000, Kept.ByTheWriter);
        Curve curve = await ReadAsync(run, "");
        Assert.Equal(750, curve.Iterations.Count);
        AssertCurve(curve, losses, 1, 3000, 1000);
    }

    [Fact]
    public async Task Curve_FewerPointsThanEpochs_HasEverySoManiethAndTheLast()
    {
        (Guid run, _) = await AddRunAsync(1030, Kept.ByTheWriter);
        Curve curve = await ReadAsync(run, "points=40");
        Assert.Equal([.. Enumerable.Range(1, 103).Where(epoch => epoch % 3 == 0 || epoch == 103)], curve.Epochs.Select(item => item.Epoch!.Value));
        Assert.All(curve.Epochs, item => Assert.Equal(item.Epoch * PerEpoch, item.Iteration));
        Assert.Equal([2, 3, 4], (await ReadAsync(run, "from=17&to=40")).Epochs.Select(item => item.Epoch!.Value));
    }

    [Fact]
    public async Task Curve_RunThatDiverged_TellsTheLossThatWasNoNumber()
    {
        (Guid run, _) = await AddRunAsync(40, Kept.ByTheWriter, last: double.NaN);
        Curve curve = await ReadAsync(run, "points=1");
        Assert.Equal([double.NaN, double.NaN, double.NaN], [curve.Min.Single(), curve.Max.Single(), curve.Mean.Single()]);
        Assert.Equal(double.NaN, (await ReadAsync(run, "")).Mean[^1]);
    }

    [Fact]
    public async Task Curve_RunWithoutIterations_IsEmpty()
    {
        Curve curve = await ReadAsync(service.NewRun, "");
        Assert.Empty(curve.Iterations);
        Assert.Empty(curve.Epochs);
    }

    [Theory]
    [InlineData("points=0", "points is 0; give a number from 1 to 2000.")]
    [InlineData("points=2001", "points is 2001; give a number from 1 to 2000.")]
    [InlineData("from=0", "from is 0; iterations count from 1.")]
    [InlineData("from=5&to=4", "to is 4; give at least 5.")]
    public async Task Curve_ImpossibleRange_IsRefusedInWords(string query, string words)
    {
        using HttpResponseMessage answer = await service.Client.GetAsync($"/api/runs/{service.Run}/curve?{query}", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(words, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Curve_UnknownRun_Is404()
    {
        using HttpResponseMessage answer = await service.Client.GetAsync($"/api/runs/{Guid.NewGuid()}/curve", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static void AssertCurve(Curve curve, double[] losses, long from, long to, int points)
    {
        long width = 1;
        while ((to - 1) / width - (from - 1) / width + 1 > points) width *= 2;
        long[] firsts = [.. Enumerable.Range(0, (int)((to - 1) / width - (from - 1) / width) + 1).Select(i => ((from - 1) / width + i) * width + 1)];
        Assert.Equal(firsts, curve.Iterations);
        foreach ((int i, long first) in firsts.Index())
        {
            double[] window = [.. losses.Skip((int)first - 1).Take((int)width)];
            Assert.Equal(window.Min(), curve.Min[i]);
            Assert.Equal(window.Max(), curve.Max[i]);
            Assert.Equal(window.Average(), curve.Mean[i], 1e-12);
        }
    }

    private Task<Curve> ReadAsync(Guid run, string query) => ReadAsync($"/api/runs/{run}/curve?{query}".TrimEnd('?'));

    private async Task<Curve> ReadAsync(string address) => (await service.Client.GetFromJsonAsync<Curve>(address, ApiJson.Options, Cancel))!;

    // Events as a worker writes them: many transactions, with states and epochs between.
    private async Task<(Guid Run, double[] Losses)> AddRunAsync(int iterations, Kept kept, double? last = null)
    {
        Guid id = Guid.CreateVersion7();
        await service.InsertAsync(id, RunState.Paused, service.Dataset.Sha256);
        var random = new Random(iterations);
        double[] losses = [.. Enumerable.Range(0, iterations).Select(_ => random.NextDouble() * 3)];
        if (last is { } value) losses[^1] = value;
        long sequence = 0, order;
        await using (ServiceDb db = service.OpenDatabase()) order = await db.Runs.Where(run => run.Id == id).Select(run => run.Order).SingleAsync(Cancel);
        for (int next = 1; next <= iterations;)
        {
            await using ServiceDb db = service.OpenDatabase();
            int end = Math.Min(iterations, next + random.Next(1, 700));
            List<EventRow> events = [];
            if (random.Next(2) == 0) events.Add(new EventRow { Type = EventType.State, State = RunState.Running });
            for (int iteration = next; iteration <= end; iteration++)
            {
                events.Add(new EventRow { Type = EventType.Iteration, Iteration = iteration, LossBits = BitConverter.DoubleToInt64Bits(losses[iteration - 1]) });
                if (iteration % PerEpoch == 0) events.Add(new EventRow { Type = EventType.Epoch, Iteration = iteration, Epoch = iteration / PerEpoch });
            }

            if (kept == Kept.ByTheWriter || (kept == Kept.SinceTheMiddleOfAWindow && next > iterations / 2))
                await new LossCurve(db, order, sequence - (next - 1)).AddAsync(events, Cancel);
            foreach (EventRow item in events) db.Events.Add(item.Placed(order, ++sequence));
            RunRow row = await db.Runs.SingleAsync(run => run.Order == order, Cancel);
            (row.Iteration, row.Epoch) = (end, end / PerEpoch);
            await db.SaveChangesAsync(Cancel);
            next = end + 1;
        }

        return (id, losses);
    }
}
