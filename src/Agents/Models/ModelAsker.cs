namespace Orchestrator.Agents.Models;

/// <summary>The program that asks a model: <c>orchestrate ask-model</c>.</summary>
public static class ModelAsker
{
    /// <summary>Sends the request of an agent run's file.</summary>
    /// <param name="prompt">The question.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The line to print, and whether there is an answer.</returns>
    public static async Task<(string Line, bool Answered)> AskAsync(
        string requestFile,
        string prompt,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var request = ModelRequest.Parse(await File.ReadAllTextAsync(requestFile, cancellationToken));
        var reply = await ModelQuestion.AskAsync(request, prompt, time, cancellationToken);
        return (reply.ToJson(), reply.Failure == AgentFailure.None);
    }
}
