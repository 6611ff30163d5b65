namespace Orchestrator.Workflows.Runs;

/// <summary>Sets those search attributes of a run that exist on its server.</summary>
/// <param name="state">State of the run.</param>
internal sealed class RunSearchAttributeSetter(RunWorkflowState state)
{
    private string _listed = "";
    private bool _needsAttention;

    /// <summary>
    /// Sets the attributes that have changed, with a single history event. The cost changes with each task, so it is set only together with
    /// another attribute.
    /// </summary>
    public void SetChanged()
    {
        var (plan, needsAttention) = (state.Plan, UserQuestionBuilder.Of(state).Count > 0);
        var isOtherState = plan.ListsState && state.Run.State != _listed;
        var isOtherAttention = plan.ListsAttention && (needsAttention != _needsAttention || (isOtherState && _listed.Length == 0));
        if (!isOtherState && !isOtherAttention)
        {
            return;
        }
        List<SearchAttributeUpdate> updates = [];
        if (isOtherState)
        {
            updates.Add(RunSearchAttributes.State.ValueSet(state.Run.State));
        }
        if (plan.ListsRepository && isOtherState && _listed.Length == 0)
        {
            updates.Add(RunSearchAttributes.Repository.ValueSet(state.Repository.Path));
        }
        if (isOtherAttention)
        {
            updates.Add(RunSearchAttributes.NeedsAttention.ValueSet(needsAttention));
        }
        if (plan.ListsCost)
        {
            updates.Add(RunSearchAttributes.Cost.ValueSet((double)state.Board.Entries.Sum(entry => entry.Progress.Cost)));
        }
        (_listed, _needsAttention) = (isOtherState ? state.Run.State : _listed, needsAttention);
        Workflow.UpsertTypedSearchAttributes([.. updates]);
    }
}
