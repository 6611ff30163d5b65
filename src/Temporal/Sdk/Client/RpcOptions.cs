namespace Temporalio.Client;

/// <summary>How one call to the server is made.</summary>
public class RpcOptions : ICloneable
{
    /// <summary>Whether failures that may pass are retried. Null: high-level calls retry, calls on the raw services do not.</summary>
    public bool? Retry { get; set; }

    /// <summary>Headers of this call; they replace those of the connection of the same name.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>>? Metadata { get; set; }

    /// <summary>Binary headers of this call; their names end with <c>-bin</c>.</summary>
    public IReadOnlyCollection<KeyValuePair<string, byte[]>>? BinaryMetadata { get; set; }

    /// <summary>Time limit of each attempt. Null: none.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Cancels the call, not what it asked for.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();

    /// <summary>
    /// These options with one more token that cancels. Dispose the source after the call; it is null when there was nothing to link.
    /// </summary>
    public Tuple<RpcOptions, CancellationTokenSource?> WithAdditionalCancellationToken(CancellationToken? cancellationToken)
    {
        if (cancellationToken is not { CanBeCanceled: true } added)
        {
            return new(this, null);
        }

        var options = (RpcOptions)Clone();
        if (CancellationToken is not { CanBeCanceled: true } own)
        {
            options.CancellationToken = added;
            return new(options, null);
        }

        var source = CancellationTokenSource.CreateLinkedTokenSource(own, added);
        options.CancellationToken = source.Token;
        return new(options, source);
    }
}
