using Orchestrator.Messages;
using Orchestrator.Plans;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Workflows.Tests;

/// <summary>Runs with all that can happen to them, in random order, end as the model says.</summary>
public sealed class RunHistoryTests(ITestOutputHelper output)
{
    private const int AtOnce = 8;

    /// <summary>Instead of a number of events: continue as new whenever a signal or update has come.</summary>
    private const int EachMessage = -1;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    [Fact]
    public Task Histories_AFew_EndAsTheModelSays() => PlayAsync(3);

    [Fact]
    [Trait("Category", "Full")]
    public Task Histories_Many_EndAsTheModelSays() =>
        PlayAsync(int.TryParse(Environment.GetEnvironmentVariable("RUN_HISTORIES"), out var asked) ? asked : 1000);

    private async Task PlayAsync(int count)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RUN_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"RUN_SEED={seed}");
        // A history mostly waits, so several are played beside each other, each on an engine of its own.
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (number, _) =>
            {
                var history = new History(unchecked(seed + number));
                try
                {
                    await history.PlayAsync().WaitAsync(Longest, CancellationToken.None);
                }
                catch (Exception broken)
                {
                    throw new InvalidOperationException(
                        $"RUN_HISTORIES=1 RUN_SEED={unchecked(seed + number)}: {broken.Message} Last it was to {history.Step}.",
                        broken
                    );
                }
            }
        );
    }

    private sealed class History
    {
        private readonly Random _random;
        private readonly IReadOnlyList<TaskOutline> _plan;
        private readonly RunModel _model;
        private readonly Dictionary<(string Task, int Start), int> _numbers = [];
        private readonly Dictionary<string, int> _used = [];
        private readonly Dictionary<string, int> _answers = [];

        public History(int seed)
        {
            _random = new Random(seed);
            var count = _random.Next(2, 9);
            _plan =
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i => new TaskOutline
                    {
                        Id = $"t{i}",
                        DependsOn = [.. Enumerable.Range(0, i).Where(_ => _random.Next(3) == 0).Select(d => $"t{d}")],
                        Exclusive = _random.Next(10) == 0,
                    }),
            ];
            _model = new RunModel(_plan, seed);
        }

        /// <summary>The current step, shown if the test hangs.</summary>
        public string Step { get; private set; } = "begin";

        public async Task PlayAsync()
        {
            _model.Play();
            int[] lengths = [0, 20, 60, EachMessage];
            var settings = new RunWorkflowSettings
            {
                Workers = 3,
                Retry = new RetryRule { MaxAttempts = RunModel.Attempts, BaseDelay = TimeSpan.FromMilliseconds(1) },
                TrainBatch = _random.Next(2) == 0 ? 1 : 4,
                TrainParallel = _random.Next(1, 4),
                Queue =
                    _random.Next(4) == 0
                        ? null
                        : new MergeQueueBatchOptions { Speculation = _random.Next(3), HasLanes = _random.Next(2) == 0 },
            };
            var length = lengths[_random.Next(lengths.Length)];
            settings = length == EachMessage ? settings with { ContinueAfterMessages = 1 } : settings with { ContinueAfterEvents = length };
            await using var run = await ScriptedRun.StartAsync(_plan, Script, settings);
            var noise = _random.Next(8);
            var disturber = new RunDisturber(run, _random, [.. _plan.Select(t => t.Id)], step => Step = step);
            var begin = System.Diagnostics.Stopwatch.GetTimestamp();
            while (true)
            {
                Step = "ask for the status";
                var status = await run.StatusAsync();
                if (status.State == RunStateNames.Completed)
                {
                    break;
                }
                Assert.True(
                    System.Diagnostics.Stopwatch.GetElapsedTime(begin) < HistoryAgent.EndsWithin,
                    $"it does not end: {status.State} {status.Reason}: "
                        + $"{string.Join(", ", status.Tasks.Select(t => $"{t.Id} {t.State} {t.Reason}"))}"
                );
                if (status.State == RunStateNames.Escalated)
                {
                    await AnswerAsync(run, status);
                }
                else if (noise-- > 0)
                {
                    await disturber.DisturbAsync();
                }
                else
                {
                    await Task.Delay(20);
                }
            }

            Step = "get the result";
            await run.ResultAsync();
            Step = "compare";
            Compare(run, await run.StatusAsync());
            Step = "end server and workers";
        }

        private void Script(ScriptedActivities activities)
        {
            activities.PageSize = 3;
            activities.Agent = AgentAsync;
            activities.Verify = input =>
                _model.Passes(input.Task.Task.Id, input.Attempt)
                    ? new VerifyResult { Commit = $"commit-{input.Attempt}" }
                    : new VerifyResult { Problems = ["a gate failed"], ProblemsFile = "p.md" };
            activities.Merge = input =>
                _model.Merges(input.TaskId, input.Attempt)
                    ? new MergeResult { Outcome = MergeOutcome.Merged, Commit = "merge" }
                    : new MergeResult { Message = "conflict", ProblemsFile = "c.md" };
        }

        private async Task<AgentRunResult> AgentAsync(RunAgentInput input, CancellationToken stop)
        {
            var task = input.Task.Task.Id;
            if (await HistoryAgent.WorkAsync(HasEnded(task, input.Start), input.Stop, input.Start, stop) is { } stopped)
            {
                return stopped;
            }
            return new AgentRunResult
            {
                FailureClass = _model.Agent(task, OutcomeOf(task, input.Start)),
                Message = "as scripted",
                Session = "s",
                ClaimedDone = true,
            };
        }

        private bool HasEnded(string task, int start)
        {
            lock (_numbers)
            {
                return _numbers.ContainsKey((task, start));
            }
        }

        /// <summary>
        /// Each start that ends uses the task's next outcome; one that is followed again, because the worker died before it was known,
        /// comes to the same.
        /// </summary>
        private int OutcomeOf(string task, int start)
        {
            lock (_numbers)
            {
                if (_numbers.TryGetValue((task, start), out var number))
                {
                    return number;
                }
                number = _used.GetValueOrDefault(task);
                _used[task] = number + 1;
                return _numbers[(task, start)] = number;
            }
        }

        /// <summary>The user looks at the first task that failed.</summary>
        private async Task AnswerAsync(ScriptedRun run, RunStatus status)
        {
            if (status.Tasks.FirstOrDefault(t => t.State == TaskStateNames.Failed) is not { } failed)
            {
                return;
            }
            var before = _answers.GetValueOrDefault(failed.Id);
            _answers[failed.Id] = before + 1;
            var command = new TaskSteeringArguments(failed.Id);
            Step = $"answer for {failed.Id}";
            await (
                RunModel.Retries(before)
                    ? run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(command))
                    : run.Run.ExecuteUpdateAsync(w => w.SkipTaskAsync(command))
            );
        }

        private void Compare(ScriptedRun run, RunStatus status)
        {
            var merged = run.Activities.Merged.ToList();
            foreach (var outline in _plan)
            {
                var expected = _model.Tasks[outline.Id];
                var found = status.Tasks.Single(t => t.Id == outline.Id);
                Assert.Equal(
                    (outline.Id, expected.State, expected.Attempt, expected.Outcomes),
                    (outline.Id, found.State, found.Attempt, _used.GetValueOrDefault(outline.Id))
                );
                Assert.Equal(expected.Retries, _answers.GetValueOrDefault(outline.Id));
                var wasMerged = expected.Retries < 2;
                Assert.Equal(wasMerged, merged.Contains(outline.Id));
                Assert.All(
                    outline.DependsOn.Where(merged.Contains),
                    d => Assert.True(!wasMerged || merged.IndexOf(d) < merged.IndexOf(outline.Id), $"{outline.Id} was merged before {d}")
                );
                Assert.Equal(
                    run.Activities.Starts.Where(s => s.Task.Task.Id == outline.Id).Select(s => s.Start).Distinct().Count(),
                    found.Starts
                );
            }
        }
    }
}
