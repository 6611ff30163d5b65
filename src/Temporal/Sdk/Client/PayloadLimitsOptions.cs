namespace Temporalio.Client;

/// <summary>From which size on a warning is logged about values that are sent; they are sent all the same.</summary>
public class PayloadLimitsOptions : ICloneable
{
    /// <summary>
    /// Bytes of the payloads of one field, such as the arguments of a workflow; 0: no warning. Default 512 KiB, from where Temporal's own
    /// server warns too.
    /// </summary>
    public int PayloadsWarnSize { get; set; } = 512 * 1024;

    /// <summary>Bytes of one memo; 0: no warning. Default 2 KiB.</summary>
    public int MemoWarnSize { get; set; } = 2 * 1024;

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();
}
