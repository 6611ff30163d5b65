namespace Orchestrator.Workflows.Runs;

/// <summary>Creates the components of a run's workflow, which share one state.</summary>
internal sealed class RunWorkflowComponentContainer
{
    private readonly LeaseUpdateSender _leases;
    private readonly OutageProber _outages;
    private readonly NoticeSender _notices;

    public RunWorkflowComponentContainer(RunWorkflowComponentContext context, Func<int> messagesTaken)
    {
        Context = context;
        context.State.Journal.Life = () => Workflow.Random;
        Messenger = new TaskWorkflowMessageSender(context);
        Merging = new MergeQueueClient(context, Messenger);
        _leases = new LeaseUpdateSender(context);
        _outages = new OutageProber(context, Messenger);
        var takeOver = new TaskWorkflowAdopter(context, Messenger);
        Recovery = new RunAfterWorkflowResetRecoverer(context, Messenger, takeOver, _leases);
        Recorder = new RunRecorder(context, Recovery);
        _notices = new NoticeSender(context);
        var approval = new PlanApprovalWaiter(context);
        var starter = new TaskStarter(context, takeOver, Messenger);
        Continuation = new RunContinueAsNew(context, Recorder, new RunStateCheckpointer(context), messagesTaken);
        Planning = new RunPlanningStageExecutor(context, starter, Recorder, Recovery);
        Beginning = new RunStartStageExecutor(context, _leases, approval);
        Working = new RunWorkStageExecutor(
            context,
            starter,
            Recovery,
            Continuation,
            new TaskDivisionHandler(context, Messenger),
            new PartialLandingExecutor(context, () => Landing!)
        );
        Reviewing = new RunReviewStageExecutor(context);
        Replanning = new RunReplanningStageExecutor(context, Recorder, approval);
        Escalation = new RunEscalationHandler(context, Replanning);
        Landing = new RunLandingStageExecutor(context, Recovery, Escalation);
        Ending = new RunEndStageExecutor(context, Messenger, Merging, _leases, Planning, Recorder, Recovery, _notices);
        Steering = new SteeringCommandHandler(context.State);
        Approvals = new ApprovalCommandHandler(context.State, Steering);
        Budgets = new RunBudgetRaiser(context, Messenger);
        Moving = new RunMover(context, Messenger, takeOver, Merging);
        Adding = new TaskAdder(context);
    }

    public RunWorkflowComponentContext Context { get; }

    public TaskWorkflowMessageSender Messenger { get; }

    public MergeQueueClient Merging { get; }

    public RunAfterWorkflowResetRecoverer Recovery { get; }

    public RunRecorder Recorder { get; }

    public RunContinueAsNew Continuation { get; }

    public RunPlanningStageExecutor Planning { get; }

    public RunStartStageExecutor Beginning { get; }

    public RunWorkStageExecutor Working { get; }

    public RunReviewStageExecutor Reviewing { get; }

    public RunLandingStageExecutor Landing { get; }

    public RunEscalationHandler Escalation { get; }

    public RunReplanningStageExecutor Replanning { get; }

    public RunEndStageExecutor Ending { get; }

    public SteeringCommandHandler Steering { get; }

    public ApprovalCommandHandler Approvals { get; }

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
