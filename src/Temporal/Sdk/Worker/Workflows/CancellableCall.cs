namespace Temporalio.Worker.Workflows;

/// <summary>A call of workflow code that a token can cancel.</summary>
internal abstract class CancellableCall
{
    /// <summary>
    /// The call's hold on its token. It goes when the call ends, or a long-lived token would keep every call of a long run.
    /// </summary>
    public CancellationTokenRegistration Registration { get; set; }

    /// <summary>The token is cancelled.</summary>
    public abstract void Cancel();
}
