using Temporalio.Api.History.V1;

namespace Temporalio.Common;

/// <summary>The events of one workflow run.</summary>
/// <param name="Id">Workflow id.</param>
/// <param name="Events">Events from the first on.</param>
public record WorkflowHistory(string Id, IReadOnlyCollection<HistoryEvent> Events)
{
    /// <summary>Reads a history as the <c>temporal</c> program, the Web UI and <see cref="ToJson()" /> write it.</summary>
    /// <param name="workflowId">The workflow's id, which the text does not hold.</param>
    /// <param name="json">The text: an object with a list <c>events</c>.</param>
    /// <exception cref="FormatException">The text is no history.</exception>
    public static WorkflowHistory FromJson(string workflowId, string json) => new(workflowId, WorkflowHistoryJson.Read(json).Events);

    /// <summary>Writes the history as JSON with the enum names the <c>temporal</c> program uses.</summary>
    public string ToJson()
    {
        using var writer = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        ToJson(writer);
        return writer.ToString();
    }

    /// <summary>Writes the history as JSON.</summary>
    public void ToJson(TextWriter writer)
    {
        var history = new History();
        history.Events.AddRange(Events);
        WorkflowHistoryJson.Write(history, writer);
    }
}
