using Serilog.Core;
using Serilog.Events;

namespace Orchestrator.Cli.Logging;

/// <summary>Gives an event of a workflow or an activity its run and task, which the workflow's id <c>RUN/TASK</c> names.</summary>
internal sealed class RunEnricher : ILogEventEnricher
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
