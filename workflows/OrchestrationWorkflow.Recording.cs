using System.Globalization;
using System.Text;
using Orchestrator.Contracts;
using Temporalio.Workflows;

namespace Orchestrator.Workflows;

/// <summary>What others see of the run: the status query, the details in the Web UI, the files in the run's folder; and carrying on in a new execution.</summary>
public sealed partial class OrchestrationWorkflow
{
    private const int RecordedAtOnce = 200;
    private readonly List<RunQuestion> _questions = [];
    private Task _recording = Task.CompletedTask;
    private readonly Temporalio.Workflows.Mutex _recordLock = new();
    private bool _stopRecording;

    private bool MayContinueAsNew => ShouldContinueAsNew && !_merging && _mergeQueue.Count == 0 && _calls == 0;

    private bool ShouldContinueAsNew => _plan.Settings.ContinueAfterEvents > 0
        ? Workflow.CurrentHistoryLength >= _plan.Settings.ContinueAfterEvents
        : Workflow.ContinueAsNewSuggested;

    /// <inheritdoc/>
    [WorkflowQuery("status")]
    public RunStatus Status(int offset = 0, int limit = 500) => Snapshot(offset, limit);

    private RunStatus Snapshot(int offset, int limit) => _run with
    {
        Sequence = _board.Sequence,
        AgentStarts = _board.Entries.Sum(e => e.Status.Starts),
        Cost = _board.Entries.Sum(e => e.Status.Cost),
        Questions = [.. _questions],
        Tasks = [.. _board.Entries.Skip(offset).Take(limit).Select(e => e.Status)],
        TaskCount = _board.Entries.Count,
    };

    private void Ask(string id, string question, params string[] commands)
    {
        _questions.RemoveAll(q => q.Id == id);
        _questions.Add(new RunQuestion { Id = id, Question = question, Commands = commands, Since = Now });
        _steered++;
    }

    private void Answered(string id) => _questions.RemoveAll(q => q.Id == id);

    private void DescribeForPeople()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"**{_run.State}** {_run.Reason}\n\n");
        foreach (var group in _board.Entries.GroupBy(e => e.Status.State).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var names = group.Select(e => e.Outline.Id).Take(8).ToList();
            var more = group.Count() > names.Count ? ", ..." : "";
            text.Append(CultureInfo.InvariantCulture, $"- {group.Key}: {group.Count()} ({string.Join(", ", names)}{more})\n");
        }
        foreach (var question in _questions)
            text.Append(CultureInfo.InvariantCulture, $"\n**{question.Question}** `{string.Join("`, `", question.Commands)}`\n");
        Workflow.CurrentDetails = text.ToString();
    }

    /// <summary>Writes transitions to the run's folder while the run goes on: many at once, never two writers.</summary>
    private async Task RecordInBackgroundAsync()
    {
        while (true)
        {
            await Workflow.WaitConditionAsync(() => _board.HasUnrecorded || _stopRecording, CancellationToken.None);
            if (_stopRecording)
                return;
            await RecordOnceAsync();
        }
    }

    private async Task RecordAllAsync()
    {
        if (_repository.Queue.Length == 0)
            return;
        do
            await RecordOnceAsync();
        while (_board.HasUnrecorded);
    }

    private async Task RecordOnceAsync()
    {
        await _recordLock.WaitOneAsync(CancellationToken.None);
        try
        {
            await RecordTransitionsAsync();
        }
        finally
        {
            _recordLock.ReleaseMutex();
        }
    }

    private async Task RecordTransitionsAsync()
    {
        if (!_board.HasUnrecorded)
            return;
        var (tasks, events) = _board.TakeUnrecorded(RecordedAtOnce);
        var progress = new ProgressInput(_repository, Snapshot(0, 0), tasks, events);
        await Workflow.ExecuteActivityAsync(
            (IRunActivities a) => a.RecordProgressAsync(progress), ActivityDefaults.Short(_repository.Queue));
    }

    /// <summary>A long history is closed and the run goes on in a new execution; its tasks go on undisturbed and report to the same id.</summary>
    private async Task ContinueAsNewIfLongAsync()
    {
        if (!MayContinueAsNew)
            return;
        await RecordAllAsync();
        await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished, CancellationToken.None);
        if (!MayContinueAsNew || _board.HasUnrecorded)
            return;
        var carried = new CarriedRun
        {
            Repository = _repository,
            Plan = _plan,
            Preflight = _preflight,
            Status = Snapshot(0, int.MaxValue),
            Tasks = [.. _board.Entries.Select(e => e.Outline)],
            Approved = [.. _board.Entries.Where(e => e.Approved && e.Outline.RequiresApproval).Select(e => e.Outline.Id)],
            Open = [.. _board.Entries.Where(e => e.AtWork || e.LastStart > 0).Select(e => new CarriedTask(e.Outline.Id, e.ExecutionId, e.ReportSequence, e.LastStart, e.AtWork, e.Before.Starts, e.Before.Cost, e.Before.Tokens))],
            Workers = _workers,
        };
        var input = _input;
        _stopRecording = true;
        throw Workflow.CreateContinueAsNewException((IOrchestrationWorkflow w) => w.RunAsync(input, carried));
    }

    private void TakeUp(CarriedRun carried)
    {
        _repository = carried.Repository;
        _plan = carried.Plan;
        _preflight = carried.Preflight;
        _workers = carried.Workers;
        _paused = carried.Status.Paused;
        _questions.AddRange(carried.Status.Questions);
        _run = carried.Status with { Tasks = [], Questions = [] };
        _board = new RunBoard(carried.Tasks, Now, carried.Status.Tasks.ToDictionary(t => t.Id, StringComparer.Ordinal)) { Sequence = carried.Status.Sequence };
        foreach (var id in carried.Approved)
            _board.Approve(_board.Find(id), Now);
        foreach (var open in carried.Open)
            _board.TakeUp(open);
        _recording = RecordInBackgroundAsync();
        foreach (var entry in _board.Entries.Where(e => e.AtWork).ToList())
            _ = AskTaskAsync(entry);
    }
}
