namespace Orchestrator.Agents.Models;

/// <summary>Program that queries a model: <c>orchestrate ask-model</c>.</summary>
public static class ModelAsker
{
    /// <summary>Sends the request in an agent run's file.</summary>
    /// <param name="prompt">Question for the model.</param>
    /// <param name="time">Clock.</param>
    /// <returns>Line to print, and true if it contains an answer.</returns>
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
