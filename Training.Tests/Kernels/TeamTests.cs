using CnnService.Training.Kernels;

namespace CnnService.Training.Tests.Kernels;

public sealed class TeamTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1000)]
    [InlineData(8, 3)]
    public void Run_AnySize_DoesEachPieceOnce(int size, int pieces)
    {
        using var team = new Team(size);
        int[] done = new int[pieces];

        team.Run(pieces, (piece, _) => Interlocked.Increment(ref done[piece]));

        Assert.All(done, times => Assert.Equal(1, times));
    }

    [Fact]
    public void Run_ManyTimes_WaitsForEveryPieceEachTime()
    {
        using var team = new Team(4);
        long sum = 0;
        for (int round = 0; round < 1000; round++)
        {
            team.Run(16, (_, _) => Interlocked.Increment(ref sum));
            Assert.Equal(16L * (round + 1), Interlocked.Read(ref sum));
        }
    }

    [Fact]
    public void Run_Worker_IsBelowTheTeamsSize()
    {
        using var team = new Team(3);
        int wrong = 0;

        team.Run(500, (_, worker) => { if (worker is < 0 or > 2) Interlocked.Increment(ref wrong); });

        Assert.Equal(0, wrong);
    }

    [Fact]
    public void Run_PieceThatThrows_ReachesTheCallerAndTheTeamLives()
    {
        using var team = new Team(3);

        Assert.Throws<FormatException>(() => team.Run(100, (piece, _) => { if (piece == 50) throw new FormatException(); }));
        int done = 0;
        team.Run(100, (_, _) => Interlocked.Increment(ref done));

        Assert.Equal(100, done);
    }

    [Fact]
    public void Run_AfterTheTeamFellAsleep_WakesIt()
    {
        using var team = new Team(2);
        for (int round = 0; round < 20; round++)
        {
            Thread.SpinWait(2_000_000); // far longer than a member spins
            int done = 0;
            team.Run(64, (_, _) => Interlocked.Increment(ref done));
            Assert.Equal(64, done);
        }
    }
}
