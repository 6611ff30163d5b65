namespace Temporalio.Client;

/// <summary>How far an update must have come before a call returns.</summary>
public enum WorkflowUpdateStage
{
    /// <summary>Not said.</summary>
    None = 0,

    /// <summary>The server has it; not supported by servers as a stage to wait for.</summary>
    Admitted = 1,

    /// <summary>The workflow has accepted it.</summary>
    Accepted = 2,

    /// <summary>It has completed.</summary>
    Completed = 3,
}

/// <summary>Options of an update whose result is awaited.</summary>
public class WorkflowUpdateOptions : ICloneable
{
    /// <summary>Without an id: one is made.</summary>
    public WorkflowUpdateOptions() { }

    /// <summary>With an id.</summary>
    public WorkflowUpdateOptions(string id) => Id = id;

    /// <summary>Update id, unique within the workflow; null: one is made.</summary>
    public string? Id { get; set; }

    /// <summary>How the calls are made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (WorkflowUpdateOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>Options of an update that is started.</summary>
public class WorkflowUpdateStartOptions : WorkflowUpdateOptions
{
    /// <summary>Without a stage yet.</summary>
    public WorkflowUpdateStartOptions() { }

    /// <summary>With a stage.</summary>
    public WorkflowUpdateStartOptions(WorkflowUpdateStage waitForStage) => WaitForStage = waitForStage;

    /// <summary>With id and stage.</summary>
    public WorkflowUpdateStartOptions(string id, WorkflowUpdateStage waitForStage)
        : base(id) => WaitForStage = waitForStage;

    /// <summary>Stage to wait for. Required; <see cref="WorkflowUpdateStage.Admitted" /> is not allowed.</summary>
    public WorkflowUpdateStage WaitForStage { get; set; }

    internal static WorkflowUpdateStartOptions Completed(WorkflowUpdateOptions? options) =>
        new()
        {
            Id = options?.Id,
            Rpc = options?.Rpc,
            WaitForStage = WorkflowUpdateStage.Completed,
        };
}

/// <summary>Options of an update with start whose result is awaited.</summary>
public class WorkflowUpdateWithStartOptions : WorkflowUpdateOptions
{
    /// <summary>Without a start operation yet.</summary>
    public WorkflowUpdateWithStartOptions() { }

    /// <summary>With a start operation.</summary>
    public WorkflowUpdateWithStartOptions(WithStartWorkflowOperation startWorkflowOperation) =>
        StartWorkflowOperation = startWorkflowOperation;

    /// <summary>With id and start operation.</summary>
    public WorkflowUpdateWithStartOptions(string id, WithStartWorkflowOperation startWorkflowOperation)
        : base(id) => StartWorkflowOperation = startWorkflowOperation;

    /// <summary>How the workflow is started if it is not there. Required.</summary>
    public WithStartWorkflowOperation? StartWorkflowOperation { get; set; }

    /// <inheritdoc />
    public override object Clone()
    {
        var copy = (WorkflowUpdateWithStartOptions)base.Clone();
        copy.StartWorkflowOperation = (WithStartWorkflowOperation?)StartWorkflowOperation?.Clone();
        return copy;
    }
}

/// <summary>Options of an update with start that is started.</summary>
public class WorkflowStartUpdateWithStartOptions : WorkflowUpdateWithStartOptions
{
    /// <summary>Without anything yet.</summary>
    public WorkflowStartUpdateWithStartOptions() { }

    /// <summary>With start operation and stage.</summary>
    public WorkflowStartUpdateWithStartOptions(WithStartWorkflowOperation startWorkflowOperation, WorkflowUpdateStage waitForStage)
        : base(startWorkflowOperation) => WaitForStage = waitForStage;

    /// <summary>With id, start operation and stage.</summary>
    public WorkflowStartUpdateWithStartOptions(
        string id,
        WithStartWorkflowOperation startWorkflowOperation,
        WorkflowUpdateStage waitForStage
    )
        : base(id, startWorkflowOperation) => WaitForStage = waitForStage;

    /// <summary>Stage to wait for. Required.</summary>
    public WorkflowUpdateStage WaitForStage { get; set; }

    internal static WorkflowStartUpdateWithStartOptions Completed(WorkflowUpdateWithStartOptions options) =>
        new()
        {
            Id = options.Id,
            Rpc = options.Rpc,
            StartWorkflowOperation = options.StartWorkflowOperation,
            WaitForStage = WorkflowUpdateStage.Completed,
        };
}
