using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.App.Workers;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports;
using Orchestrator.TestKit;
using Orchestrator.Workflows.Tests.Histories;
using Temporalio.Client;
using Xunit;
using static Orchestrator.Workflows.Tests.RunTests;

namespace Orchestrator.Workflows.Tests;

/// <summary>The record of a run whose machine reads it along contains each transition once and in order, whatever ends between two of
/// them.</summary>
public sealed class ReadAlongTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TaskCompletionSource _go = new();
    private int _records;
    private ProgressRecorder _recorder = new();
    private RunProgressReader? _reader;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Record_ReadersAndWorkersEndAtRandomMoments_HasAllOnceAndInOrder()
    {
        var random = new Random(36);
        await using var run = await CreateAsync(16, () => random.Next(20, 400));
        await run.BeginAsync();
        var result = run.ResultAsync();

        for (var time = 0; !result.IsCompleted; time++)
        {
            await using (Read(run))
            {
                await System.Threading.Tasks.Task.WhenAny(result, System.Threading.Tasks.Task.Delay(random.Next(20, 250)));
            }
            _recorder = new ProgressRecorder();
            if (!result.IsCompleted && FolderOf(run) is var folder && File.Exists(folder.Events))
            {
                // A process that was killed in the midst of a line.
                await File.AppendAllTextAsync(folder.Events, "{\"sequence\":");
            }
            if (time % 6 == 5)
            {
                await run.RestartWorkersAsync();
            }
        }

        await AssertWholeAsync(run, RunStateNames.Completed);
    }

    [Fact]
    public async Task Record_TwoProcessesRead_HasAllOnceAndInOrder()
    {
        var random = new Random(37);
        await using var run = await CreateAsync(12, () => random.Next(20, 200));
        await run.BeginAsync();
        await using (Read(run))
        {
            for (var limit = Eventually.Timeout(); !File.Exists(FolderOf(run).Events); )
            {
                await System.Threading.Tasks.Task.Delay(20, limit);
            }
            await using var other = Read(run, new ProgressRecorder());

            await run.ResultAsync();
        }

        await AssertWholeAsync(run, RunStateNames.Completed);
    }

    /// <summary>The machine has promised to read, and does not: a worker of an earlier version has taken its place.</summary>
    [Fact]
    public async Task Record_NobodyReads_HasAllAtTheLatestWhenManyHaveGathered()
    {
        await using var run = await CreateAsync(12, () => 20);
        run.Activities.ReadAlong = _ => { };
        await run.BeginAsync();

        await run.ResultAsync();

        await AssertWholeAsync(run, RunStateNames.Completed);
        Assert.InRange(_records, 3, 12);
    }

    /// <summary>Events that only a user's command caused, without an activity.</summary>
    [Fact]
    public async Task Record_PersonPausesTheRun_IsReadWithoutAnEventMore()
    {
        await using var run = await CreateAsync(3, () => null);
        await using var reader = Read(run);
        await run.BeginAsync();
        await UntilRecordedAsync(run, events => events.Count(e => e.State == TaskStateNames.Executing && e.Task is not null) == 3);
        var records = _records;

        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));

        await UntilRecordedAsync(run, events => events.Any(e => e.Why is PausedByUserReason));
        Assert.Equal(records, _records);
        _go.SetResult();
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
        await run.ResultAsync();
        await AssertWholeAsync(run, RunStateNames.Completed);
    }

    /// <summary>The transitions that the history before the reset and the one after it share are recorded once.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Record_RunIsReset_HasNoTransitionTwice(bool toFirst)
    {
        await using var run = await CreateAsync(4, () => null);
        run.Activities.ReadAlong = null;
        await run.BeginAsync();
        for (
            var limit = Eventually.Timeout();
            run.Activities.Events.Count(e => e.State == TaskStateNames.Executing && e.Task is not null) < 3;

        )
        {
            await System.Threading.Tasks.Task.Delay(20, limit);
        }

        await Scene.ResetAsync(run, toFirst);
        for (var limit = Eventually.Timeout(); run.Activities.Events.All(e => e.Why is not RunWorkflowResetReason); )
        {
            await System.Threading.Tasks.Task.Delay(20, limit);
        }
        _go.SetResult();
        await run.UntilAsync(status => status.State == RunStateNames.Completed);

        var events = run.Activities.Events.ToList();
        Assert.Equal(events.Select(e => e.Sequence).Order().Distinct(), events.Select(e => e.Sequence));
        Assert.Empty(events.GroupBy(e => (e.Task, e.State, e.Time, e.Reason)).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    /// <summary>The failure is shown like that of any step, and all events are written once that is possible again.</summary>
    [Fact]
    public async Task Record_CanNotBeWritten_TheRunSaysSoAndItIsWrittenLater()
    {
        await using var run = await CreateAsync(3, () => null);
        await using var reader = Read(run);
        await run.BeginAsync();
        await UntilRecordedAsync(run, events => events.Count(e => e.State == TaskStateNames.Executing && e.Task is not null) == 3);
        var (path, records) = (FolderOf(run).Events, _records);
        File.Move(path, path + ".aside");
        // A link to a folder can't be written, and one move replaces it: no record is written in between.
        File.CreateSymbolicLink(path, Path.GetTempPath());

        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        for (var limit = Eventually.Timeout(); _records == records; )
        {
            await System.Threading.Tasks.Task.Delay(20, limit);
        }
        File.Move(path + ".aside", path, overwrite: true);

        await UntilRecordedAsync(run, events => events.Any(e => e.Why is PausedByUserReason));
        _go.SetResult();
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
        await run.ResultAsync();
        await AssertWholeAsync(run, RunStateNames.Completed);
    }

    /// <summary>Queries that come with workflow tasks leave nothing in history that another replay does not find.</summary>
    [Fact]
    public async Task History_OfARunThatIsReadAndAskedAllTheTime_Replays()
    {
        var random = new Random(38);
        await using var run = await CreateAsync(12, () => random.Next(10, 100));
        await using var reader = Read(run);
        await run.BeginAsync();
        var result = run.ResultAsync();
        while (!result.IsCompleted)
        {
            await run.StatusAsync();
            await System.Threading.Tasks.Task.Delay(5);
        }
        await result;

        await HistoryTests.Replayer().ReplayWorkflowAsync(await run.Run.FetchHistoryAsync());
        await AssertWholeAsync(run, RunStateNames.Completed);
    }

    private RunFolder FolderOf(ScriptedRun run) => new(_folder.Path, run.RunId);

    /// <summary>A run whose agents take the given milliseconds, or null to let them wait for the test.</summary>
    private Task<ScriptedRun> CreateAsync(int tasks, Func<int?> agent) =>
        ScriptedRun.CreateAsync(
            [.. Enumerable.Range(0, tasks).Select(i => Task($"t{i}"))],
            activities =>
            {
                activities.Agent = async (input, stop) =>
                {
                    int? time;
                    lock (_folder)
                    {
                        time = agent();
                    }
                    await (time is { } ms ? System.Threading.Tasks.Task.Delay(ms, stop) : _go.Task.WaitAsync(stop));
                    return ScriptedActivities.Done();
                };
                activities.Record = input =>
                {
                    Interlocked.Increment(ref _records);
                    _recorder.Record(new RunFolder(_folder.Path, input.Run.RunId), input);
                };
                activities.ReadAlong = run => _reader?.Read(run);
            },
            new RunWorkflowSettings
            {
                Workers = 4,
                Retry = new RetryRule { BaseDelay = TimeSpan.FromMilliseconds(10) },
            }
        );

    /// <summary>Simulates the recorder of a worker on the owner host until it is disposed.</summary>
    private Reading Read(ScriptedRun run, ProgressRecorder? recorder = null)
    {
        var repository = new RepositoryReference(_folder.Path, "key", run.Queue);
        var reading = new Reading(
            new RunProgressReader(run.Client, repository, recorder ?? _recorder, TimeProvider.System, NullLogger.Instance)
        );
        _reader = reading.Reader;
        return reading;
    }

    private async Task UntilRecordedAsync(ScriptedRun run, Func<IReadOnlyList<RunEvent>, bool> holds)
    {
        for (var limit = Eventually.Timeout(); !File.Exists(FolderOf(run).Events) || !holds(await EventsAsync(run)); )
        {
            await System.Threading.Tasks.Task.Delay(20, limit);
        }
    }

    private async Task AssertWholeAsync(ScriptedRun run, string state)
    {
        var events = await EventsAsync(run);
        var status = RunStatusFile.Read(FolderOf(run).Status);
        var told = await run.StatusAsync();

        Assert.Equal(Enumerable.Range(1, (int)told.Sequence).Select(i => (long)i), events.Select(e => e.Sequence));
        Assert.Equal((state, told.Sequence), (status!.State, status.Sequence));
        Assert.Equal(
            told.Tasks.Select(t => (t.Id, t.State, t.Since, t.Cost)),
            status.Tasks.OrderBy(t => told.Tasks.ToList().FindIndex(of => of.Id == t.Id)).Select(t => (t.Id, t.State, t.Since, t.Cost))
        );
    }

    private async Task<IReadOnlyList<RunEvent>> EventsAsync(ScriptedRun run) =>
        [
            .. (await File.ReadAllTextAsync(FolderOf(run).Events))
                .Split('\n')[..^1]
                .Select(line => JsonSerializer.Deserialize<RunEvent>(line)!),
        ];

    private sealed class Reading : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _reading;

        public Reading(RunProgressReader reader)
        {
            Reader = reader;
            _reading = reader.ExecuteAsync(_stop.Token);
        }

        public RunProgressReader Reader { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _reading;
            Reader.Dispose();
            _stop.Dispose();
        }
    }
}
