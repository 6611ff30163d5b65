namespace Orchestrator.Workflows.Runs;

/// <summary>Creates the parts of a run's workflow, which share one state.</summary>
internal sealed class RunComponents
{
    private readonly LeaseUpdateSender _leases;
    private readonly OutageProber _outages;
    private readonly NoticeSender _notices;

    public RunComponents(RunContext context, Func<int> messagesTaken)
    {
        Context = context;
        context.State.Journal.Life = () => Workflow.Random;
        Messenger = new TaskMessenger(context);
        Merging = new MergeQueueClient(context, Messenger);
        _leases = new LeaseUpdateSender(context);
        _outages = new OutageProber(context, Messenger);
        var takeOver = new TaskTakeOver(context, Messenger);
        Recovery = new ResetRecovery(context, Messenger, takeOver, _leases);
        Recorder = new RunRecorder(context, Recovery);
        _notices = new NoticeSender(context);
        var plans = new RunPlanReader(context);
        var approval = new PlanApproval(context);
        var starter = new TaskStarter(context, takeOver, Messenger);
        Continuation = new RunContinueAsNew(context, Recorder, new RunCheckpoints(context, plans), messagesTaken);
        Planning = new PlanStage(context, plans, starter, Recorder, Recovery);
        Beginning = new RunStartStage(context, _leases, approval);
        Working = new WorkStage(
            context,
            starter,
            Recovery,
            Continuation,
            new TaskPartScheduler(context, Messenger),
            new PartialLanding(context, () => Landing!)
        );
        Reviewing = new ReviewStage(context);
        Replanning = new ReplanStage(context, Recorder, approval);
        Escalation = new Escalation(context, Replanning);
        Landing = new LandStage(context, Recovery, Escalation);
        Ending = new RunEndStage(context, Messenger, Merging, _leases, Planning, Recorder, Recovery, _notices);
        Steering = new SteeringCommandHandler(context.State);
        Approvals = new ApprovalHandler(context.State, Steering);
        Budgets = new RunBudgetRaiser(context, Messenger);
        Moving = new RunMover(context, Messenger, takeOver, Merging);
        Adding = new TaskAdder(context);
    }

    public RunContext Context { get; }

    public TaskMessenger Messenger { get; }

    public MergeQueueClient Merging { get; }

    public ResetRecovery Recovery { get; }

    public RunRecorder Recorder { get; }

    public RunContinueAsNew Continuation { get; }

    public PlanStage Planning { get; }

    public RunStartStage Beginning { get; }

    public WorkStage Working { get; }

    public ReviewStage Reviewing { get; }

    public LandStage Landing { get; }

    public Escalation Escalation { get; }

    public ReplanStage Replanning { get; }

    public RunEndStage Ending { get; }

    public SteeringCommandHandler Steering { get; }

    public ApprovalHandler Approvals { get; }

    public RunBudgetRaiser Budgets { get; }

    public RunMover Moving { get; }

    public TaskAdder Adding { get; }

    /// <summary>Starts the background work that continues until the run ends.</summary>
    public void BeginBackground()
    {
        Context.Background.Begin(Merging.RunAsync());
        Context.Background.Begin(_leases.RunAsync());
        Context.Background.Begin(_outages.RunAsync());
        Context.Background.Begin(Recorder.DescribeAsync());
        Context.Background.Begin(Recorder.WatchDeadlinesAsync());
        Context.Background.Begin(_notices.RunAsync());
    }
}
