namespace Orchestrator.Dashboard.Source;

/// <summary>Result of a query: a document, or the reason for a failure.</summary>
/// <param name="Document">The document, or null after a failure.</param>
/// <param name="Fault">Reason for the failure, or null after success.</param>
/// <typeparam name="T">Type of the document.</typeparam>
internal sealed record DashboardDocumentResult<T>(T? Document, UseCaseException? Fault)
    where T : class
{
    /// <summary>Reason for the failure and suggested fix, for users. Empty after success.</summary>
    public string Problem => Fault is null ? "" : $"{Fault.Message}\n{Fault.Cure}".TrimEnd();
}
