using Temporalio.Worker.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>A busy machine is no deadlock.</summary>
public sealed class StuckTimeTests
{
    private const int Interval = 500;
    private readonly StuckTime _time = new(TimeSpan.FromMilliseconds(Interval));

    [Fact]
    public void Look_ThreadThatBlocks_CountsAllTime()
    {
        var seconds = Enumerable
            .Range(1, 4)
            .Select(look => _time.Look(1000, 1000 + (look * Interval), TimeSpan.FromMinutes(1)).TotalSeconds);
        Assert.Equal([0.5, 1, 1.5, 2], seconds);
    }

    [Fact]
    public void Look_ThreadThatWaitsForAProcessor_CountsWhatItHad()
    {
        // Of each half second it has a tenth; the first is not known.
        var counted = Enumerable
            .Range(1, 11)
            .Select(look => _time.Look(1000, 1000 + (look * Interval), TimeSpan.FromMilliseconds(look * 450)))
            .Last();
        Assert.Equal(TimeSpan.FromMilliseconds(500 + (10 * 50)), counted);
    }

    [Fact]
    public void Look_ProcessThatStoodStill_CountsNoMoreThanTwoIntervals()
    {
        _time.Look(1000, 1500, TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), _time.Look(1000, 61_500, TimeSpan.Zero));
    }

    [Fact]
    public void Look_NextActivation_BeginsAnew()
    {
        _time.Look(1000, 1500, TimeSpan.Zero);
        _time.Look(1000, 2000, TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromMilliseconds(100), _time.Look(2100, 2200, TimeSpan.FromMinutes(1)));
    }

    [Theory]
    [InlineData("117 98918 1\n", 98918)]
    [InlineData("0 0 0\n", 0)]
    [InlineData("", 0)]
    [InlineData("what is this", 0)]
    public void ProcessorWait_Text_IsReadAsTheKernelWritesIt(string text, long nanoseconds) =>
        Assert.Equal(TimeSpan.FromTicks(nanoseconds / 100), ProcessorWait.Parse(text));

    [Fact]
    public void ProcessorWait_OfThisThread_IsTheFileOfThisThread()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/proc/thread-self/schedstat"))
        {
            Assert.Equal(TimeSpan.Zero, ProcessorWait.Read(ProcessorWait.FileOfThisThread));
            return;
        }

        var file = ProcessorWait.FileOfThisThread;
        var before = ProcessorWait.Read(file);
        Assert.InRange(ProcessorWait.Read(file), before, TimeSpan.MaxValue);
        var other = string.Empty;
        var thread = new Thread(() => other = ProcessorWait.FileOfThisThread);
        thread.Start();
        thread.Join();
        Assert.NotEqual(file, other);
        Assert.Equal(TimeSpan.Zero, ProcessorWait.Read(other + "-gone"));
    }
}
