using Orchestrator.Messages;
using Orchestrator.Runs.Reports;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>The record of a run holds each event once, whatever interrupts its writing.</summary>
public sealed class ProgressRecorderTests
{
    [Fact]
    public void Progress_RecordedTwiceAndAfterHalfALine_HoldsEachEventOnce()
    {
        using var folder = new TempFolder();
        var run = new RunFolder(folder.Path, RunFixture.RunId);
        var input = new RecordProgressInput(
            new RepositoryReference(folder.Path, "k", "q"),
            new RunStatus
            {
                RunId = RunFixture.RunId,
                State = RunStateNames.Executing,
                Sequence = 2,
            },
            [new RunTaskStatus { Id = "a", State = TaskStateNames.Executing }],
            [
                new RunEvent
                {
                    Sequence = 1,
                    Time = DateTimeOffset.UnixEpoch,
                    State = "x",
                },
                new RunEvent
                {
                    Sequence = 2,
                    Time = DateTimeOffset.UnixEpoch,
                    State = "y",
                },
            ]
        );
        new ProgressRecorder().Record(run, input);
        File.AppendAllText(run.Events, "{\"sequence\":3,\"ti");

        new ProgressRecorder().Record(run, input);
        new ProgressRecorder().Record(
            run,
            input with
            {
                Run = input.Run with { Sequence = 3 },
                Tasks = [],
                Events =
                [
                    new RunEvent
                    {
                        Sequence = 3,
                        Time = DateTimeOffset.UnixEpoch,
                        State = "z",
                    },
                ],
            }
        );

        Assert.Equal(3, File.ReadAllLines(run.Events).Length);
        Assert.Equal("a", Assert.Single(RunStatusFile.Read(run.Status)!.Tasks).Id);
    }

    /// <summary>An attempt whose time is over may still write while the next one does, and so may another process.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Progress_RecordedByTwoAttemptsAtOnce_HoldsEachEventOnce(int processes)
    {
        using var folder = new TempFolder();
        var run = new RunFolder(folder.Path, RunFixture.RunId);
        var recorders = Enumerable.Range(0, processes).Select(_ => new ProgressRecorder()).ToList();
        var inputs = Enumerable
            .Range(1, 300)
            .Select(sequence => new RecordProgressInput(
                new RepositoryReference(folder.Path, "k", "q"),
                new RunStatus
                {
                    RunId = RunFixture.RunId,
                    State = RunStateNames.Executing,
                    Sequence = sequence,
                },
                [],
                [
                    new RunEvent
                    {
                        Sequence = sequence,
                        Time = DateTimeOffset.UnixEpoch,
                        State = "x",
                    },
                ]
            ))
            .ToList();
        using var together = new Barrier(4);

        var attempts = Enumerable.Range(0, 4).Select(i => new Thread(() => RecordAll(recorders[i % processes]))).ToList();
        attempts.ForEach(attempt => attempt.Start());
        attempts.ForEach(attempt => attempt.Join());

        Assert.Equal(300, File.ReadAllLines(run.Events).Length);

        void RecordAll(ProgressRecorder recorder)
        {
            foreach (var input in inputs)
            {
                together.SignalAndWait();
                recorder.Record(run, input);
            }
        }
    }
}
