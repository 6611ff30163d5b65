using Serilog.Core;
using Serilog.Events;

namespace Orchestrator.Cli.Logging;

/// <summary>Adds the run and task to log events of workflows and activities. Both are parsed from the workflow id
/// <c>RUN/TASK</c>.</summary>
internal sealed class RunLogEnricher : ILogEventEnricher
{
    public const string Run = "Run";
    public const string Task = "Task";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (logEvent.Properties.GetValueOrDefault("WorkflowId") is not ScalarValue { Value: string id })
        {
            return;
        }
        var parts = id.Split('/', 2);
        logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty(Run, parts[0]));
        if (parts is [_, var task])
        {
            logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty(Task, task));
        }
    }
}
