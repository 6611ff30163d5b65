namespace Orchestrator.Workflows.Calls;

/// <summary>What a failed activity or child workflow says of its cause.</summary>
internal static class FailureCause
{
    /// <summary>The cause's own message: the failure around it only says that something failed.</summary>
    public static string Of(Exception failure) => failure.InnerException?.Message ?? failure.Message;
}
