namespace Orchestrator.Dashboard.Source;

/// <summary>The answer to a question, or the reason for which there is none.</summary>
/// <param name="Document">The answer; null: there is none.</param>
/// <param name="Fault">The reason; null where there is an answer.</param>
/// <typeparam name="T">The kind of document.</typeparam>
internal sealed record Answer<T>(T? Document, UseCaseException? Fault)
    where T : class
{
    /// <summary>The reason and its cure for people; empty where there is an answer.</summary>
    public string Problem => Fault is null ? "" : $"{Fault.Message}\n{Fault.Cure}".TrimEnd();
}
