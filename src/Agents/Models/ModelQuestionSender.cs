namespace Orchestrator.Agents.Models;

/// <summary>Sends a question to a model. Implements <c>orchestrate ask-model</c>.</summary>
public static class ModelQuestionSender
{
    /// <summary>Sends the request that is stored in an agent run's folder.</summary>
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
        var reply = await ModelApiRequestSender.AskAsync(request, prompt, time, cancellationToken);
        return (reply.ToJson(), reply.Failure == AgentFailure.None);
    }
}
