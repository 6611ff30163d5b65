namespace Temporalio.Client;

/// <summary>Options of a heartbeat.</summary>
public class AsyncActivityHeartbeatOptions : ICloneable
{
    /// <summary>Values for the next attempt.</summary>
    public IReadOnlyCollection<object?>? Details { get; set; }

    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (AsyncActivityHeartbeatOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>Options of a completion.</summary>
public class AsyncActivityCompleteOptions : ICloneable
{
    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (AsyncActivityCompleteOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>Options of a failure.</summary>
public class AsyncActivityFailOptions : ICloneable
{
    /// <summary>Values for the next attempt.</summary>
    public IReadOnlyCollection<object?>? LastHeartbeatDetails { get; set; }

    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (AsyncActivityFailOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>Options of a reported cancellation.</summary>
public class AsyncActivityReportCancellationOptions : ICloneable
{
    /// <summary>Values of the cancellation.</summary>
    public IReadOnlyCollection<object?>? Details { get; set; }

    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (AsyncActivityReportCancellationOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}
