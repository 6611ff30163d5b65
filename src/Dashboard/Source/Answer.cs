namespace Orchestrator.Dashboard.Source;

/// <summary>Answer to a query, or the reason for its failure.</summary>
/// <param name="Document">Answer, or null after a failure.</param>
/// <param name="Fault">Reason for the failure, or null after success.</param>
/// <typeparam name="T">Type of the document.</typeparam>
internal sealed record Answer<T>(T? Document, UseCaseException? Fault)
    where T : class
{
    /// <summary>Reason and suggested fix for users; empty after success.</summary>
    public string Problem => Fault is null ? "" : $"{Fault.Message}\n{Fault.Cure}".TrimEnd();
}
