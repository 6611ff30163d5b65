using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using Orchestrator.Messages;
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

    /// <summary>More questions than this nobody reads at once; the others come when these are answered.</summary>
    private const int MostQuestions = 40;
    private readonly List<CarriedPart> _parts = [];

    /// <summary>The tasks are known: whoever speaks of one before is kept waiting.</summary>
    private bool _hasBoard;

    /// <summary>The history is long: nothing new is begun until what is under way has come to an end and the run has continued as new.</summary>
    private bool _draining;

    private bool MayContinueAsNew => ShouldContinueAsNew && !_merging && (_draining || _mergeQueue.Count == 0) && _calls == 0;

    /// <summary>Reading what was carried on makes a history long, too: each execution does some work of its own.</summary>
    private const int LeastEvents = 500;
    private int _eventsOfTakingUp;

    private bool ShouldContinueAsNew => _plan.Settings.ContinueAfterMessages > 0 ? MessagesTaken >= _plan.Settings.ContinueAfterMessages
        : _plan.Settings.ContinueAfterEvents > 0
        ? Workflow.CurrentHistoryLength - _eventsOfTakingUp >= _plan.Settings.ContinueAfterEvents
        : Workflow.ContinueAsNewSuggested && (_eventsOfTakingUp == 0 || Workflow.CurrentHistoryLength - _eventsOfTakingUp >= LeastEvents);

    private RunStatus Status([Range(0, int.MaxValue)] int offset = 0, [Range(0, int.MaxValue)] int limit = 500) => IsStateTakenUp ? Snapshot(offset, limit) : _run;

    private RunStatus Snapshot(int offset, int limit) => _run with
    {
        Sequence = _board.Sequence,
        AgentStarts = _board.Entries.Sum(e => e.Status.Starts),
        Cost = _board.Entries.Sum(e => e.Status.Cost),
        Questions = [.. _questions.Take(MostQuestions)],
        Tasks = MessageParts.First(_board.Entries.Skip(offset).Select(e => e.Status), limit),
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
        foreach (var (state, entries) in _board.ByState)
        {
            var names = entries.Take(8).Select(e => e.Outline.Id).ToList();
            var more = entries.Count > names.Count ? ", ..." : "";
            text.Append(CultureInfo.InvariantCulture, $"- {state}: {entries.Count} ({string.Join(", ", names)}{more})\n");
        }
        foreach (var question in _questions.Take(MostQuestions))
            text.Append(CultureInfo.InvariantCulture, $"\n**{question.Question}** `{string.Join("`, `", question.Commands)}`\n");
        Workflow.CurrentDetails = text.ToString();
    }

    /// <summary>Writes transitions to the run's folder while the run goes on: many at once, never two writers.</summary>
    private async Task RecordInBackgroundAsync()
    {
        while (true)
        {
            await Workflow.WaitConditionAsync(() => _board.HasUnrecorded || RecordIsOfAnother || _stopRecording, CancellationToken.None);
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
        await FollowRecordAsync();
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
        if (!Workflow.AllHandlersFinished)
        {
            // A command may wait for a task, and the task for its merge.
            StopDraining();
            await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished, CancellationToken.None);
            return;
        }
        if (!MayContinueAsNew || _board.HasUnrecorded)
            return;
        await StoreCarriedAsync();
        if (!MayContinueAsNew || _board.HasUnrecorded || !Workflow.AllHandlersFinished)
            return;
        var outlines = _board.Entries.Select(e => e.Outline).ToList();
        var carried = new CarriedRun
        {
            Repository = _repository,
            Plan = _plan,
            Preflight = _preflight,
            Status = Snapshot(0, 0),
            Tasks = MessageParts.SizeOf(outlines) <= MessageParts.MostBytes ? outlines : [],
            Parts = _parts,
            Approved = [.. _board.Entries.Where(e => e.Approved && e.Outline.RequiresApproval && !TaskStates.IsEnd(e.Status.State)).Select(e => e.Outline.Id)],
            Open = [.. _board.Entries.Where(e => e.IsUncarried).Select(e => e.ToCarried())],
            Workers = _workers,
            Merges = [.. _mergeQueue],
            Shared = _leased ? _shared : null,
            Leases = new Dictionary<string, bool>(_leases),
            PausedAlone = [.. _pausedAlone.Order(StringComparer.Ordinal)],
            Troubles = [.. _troubles.Open.Select(t => new CarriedTrouble(t.Name, t.Reason, t.Pause, t.Until))],
            CostLifted = _costLifted,
            UntilLifted = _untilLifted,
            StagingTip = _stagingTip,
        };
        var input = _input;
        _stopRecording = true;
        throw Workflow.CreateContinueAsNewException((IOrchestrationWorkflow w) => w.RunAsync(input, carried));
    }

    /// <summary>
    /// Keeps in the run's folder what would make the message of continue-as-new too long. What changes meanwhile goes with the message, so that a busy run
    /// comes to an end with this.
    /// </summary>
    private async Task StoreCarriedAsync()
    {
        while (true)
        {
            var uncarried = _board.Entries.Where(e => e.IsUncarried).ToList();
            if (MessageParts.SizeOf(uncarried.Select(e => e.ToCarried()).ToList()) <= MessageParts.MostBytes)
                return;
            var part = MessageParts.First(uncarried.Where(e => !e.AtWork).Select(e => e.ToCarried()));
            if (part.Count == 0)
                return;
            var store = new StoreCarriedInput(_runId, _repository, part);
            var statuses = part.Select(task => (Entry: _board.Find(task.Id), _board.Find(task.Id).Status)).ToList();
            _parts.Add(await Workflow.ExecuteActivityAsync((IRunActivities a) => a.StoreCarriedAsync(store), ActivityDefaults.Short(_repository.Queue)));
            foreach (var (entry, status) in statuses)
                entry.Carried = status;
        }
    }

    private async Task TakeUpAsync(CarriedRun carried)
    {
        _repository = carried.Repository;
        _plan = carried.Plan;
        _preflight = carried.Preflight;
        _stagingTip = carried.StagingTip;
        _workers = carried.Workers;
        _paused = carried.Status.Paused;
        _costLifted = carried.CostLifted;
        _untilLifted = carried.UntilLifted;
        _pausedAlone.UnionWith(carried.PausedAlone);
        (_shared, _leased) = (carried.Shared, carried.Shared is not null);
        foreach (var (task, granted) in carried.Leases)
            _leases[task] = granted;
        _questions.AddRange(carried.Status.Questions);
        _run = carried.Status with { Tasks = [], Questions = [] };
        _parts.AddRange(carried.Parts);
        var outlines = await ReadTasksAsync(carried.Tasks);
        // Of a long plan the tasks come from the stored one, in which the planner is none.
        if (_input.NeedsPlanner && outlines.All(t => t.Id != PlannerTask.Id))
            outlines = [new TaskOutline { Id = PlannerTask.Id }, .. outlines];
        var (tasks, kept) = await ReadCarriedAsync(carried);
        var statuses = carried.Status.Tasks.Concat(tasks.Values.Select(t => t.Status).OfType<RunTask>()).ToDictionary(t => t.Id, StringComparer.Ordinal);
        _board = new RunBoard(outlines, _run.StartedAt, statuses) { Sequence = carried.Status.Sequence };
        foreach (var id in carried.Approved)
            _board.Find(id).Approved = true;
        foreach (var task in tasks.Values)
            _board.TakeUp(task);
        foreach (var id in kept)
            _board.Find(id).Carried = _board.Find(id).Status;
        _hasBoard = true;
        _eventsOfTakingUp = carried.Parts.Count > 0 || carried.Tasks.Count == 0 ? Workflow.CurrentHistoryLength : 0;
        _recording = RecordInBackgroundAsync();
        foreach (var request in carried.Merges)
            _mergeQueue.Enqueue(request);
        if (_mergeQueue.Count > 0)
            _ = MergeInTurnAsync();
        _troubles = new Troubles(_plan.Settings.FirstTrialAfter);
        foreach (var known in carried.Troubles)
        {
            var trouble = new Trouble(known.Name, known.Reason, known.Pause) { Until = known.Until };
            _troubles.Open.Add(trouble);
            _ = SeeThroughAsync(trouble);
        }
        foreach (var entry in _board.Entries.Where(e => e.AtWork).ToList())
            _ = AskTaskAsync(entry);
        foreach (var waiting in _board.Entries.Where(e => !e.AtWork && WaitsForLease(e)))
            _ = RemindOfLeaseAsync(waiting, waiting.Status.Reason, Now);
        StateIsTakenUp();
    }

    /// <summary>What is known of tasks that something has happened to, and which of them are in a part as they are.</summary>
    private async Task<(IReadOnlyDictionary<string, CarriedTask> Tasks, IReadOnlySet<string> Kept)> ReadCarriedAsync(CarriedRun carried)
    {
        var tasks = new SortedDictionary<string, CarriedTask>(StringComparer.Ordinal);
        foreach (var part in carried.Parts)
        {
            var read = new ReadCarriedInput(_runId, _repository, part);
            foreach (var task in await Workflow.ExecuteActivityAsync((IRunActivities a) => a.ReadCarriedAsync(read), ActivityDefaults.Short(_repository.Queue)))
                tasks[task.Id] = task;
        }
        var kept = tasks.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var task in carried.Open)
        {
            tasks[task.Id] = task;
            kept.Remove(task.Id);
        }
        return (tasks, kept);
    }
}
