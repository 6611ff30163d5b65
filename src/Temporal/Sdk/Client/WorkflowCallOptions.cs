using Temporalio.Api.Enums.V1;

namespace Temporalio.Client;

/// <summary>Options of a cancellation request.</summary>
public class WorkflowCancelOptions : ICloneable
{
    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (WorkflowCancelOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>Options of a termination.</summary>
public class WorkflowTerminateOptions : ICloneable
{
    /// <summary>Values kept with the termination.</summary>
    public IReadOnlyCollection<object?>? Details { get; set; }

    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (WorkflowTerminateOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>Options of a signal.</summary>
public class WorkflowSignalOptions : ICloneable
{
    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (WorkflowSignalOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>Options of a description.</summary>
public class WorkflowDescribeOptions : ICloneable
{
    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (WorkflowDescribeOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>Options of a query.</summary>
public class WorkflowQueryOptions : ICloneable
{
    /// <summary>Refuses the query by the workflow's status; null: as the client's options say.</summary>
    public QueryRejectCondition? RejectCondition { get; set; }

    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (WorkflowQueryOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>Options of a list of workflows.</summary>
public class WorkflowListOptions : ICloneable
{
    /// <summary>Most workflows that are listed; 0: all.</summary>
    public int Limit { get; set; }

    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (WorkflowListOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>Options of one page of a list of workflows.</summary>
public class WorkflowListPaginatedOptions : ICloneable
{
    /// <summary>Most workflows on the page; 0: the server's default.</summary>
    public int PageSize { get; set; }

    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (WorkflowListPaginatedOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>Options of a count of workflows.</summary>
public class WorkflowCountOptions : ICloneable
{
    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (WorkflowCountOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>Options of reading history events.</summary>
public class WorkflowHistoryEventFetchOptions : ICloneable
{
    /// <summary>Whether to wait for further events until the workflow closes.</summary>
    public bool WaitNewEvent { get; set; }

    /// <summary>Which events; unspecified: all.</summary>
    public HistoryEventFilterType EventFilterType { get; set; }

    /// <summary>Whether archived histories are left out.</summary>
    public bool SkipArchival { get; set; }

    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (WorkflowHistoryEventFetchOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>Options of reading a history.</summary>
public class WorkflowHistoryFetchOptions : ICloneable
{
    /// <summary>Which events; unspecified: all.</summary>
    public HistoryEventFilterType EventFilterType { get; set; }

    /// <summary>Whether archived histories are left out.</summary>
    public bool SkipArchival { get; set; }

    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (WorkflowHistoryFetchOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}
