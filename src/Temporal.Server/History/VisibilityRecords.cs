using System.Text.Json;
using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.History;

/// <summary>Builds the visibility records of runs.</summary>
internal static class VisibilityRecords
{
    /// <summary>Builds the current visibility record of a run.</summary>
    public static VisibilityRecord Of(MutableState run) =>
        new()
        {
            NamespaceId = run.NamespaceId,
            WorkflowId = run.WorkflowId,
            RunId = run.RunId,
            WorkflowType = run.Start.WorkflowType.Name,
            TaskQueue = run.Start.TaskQueue.Name,
            Status = run.Status,
            StartTime = run.StartTime,
            ExecutionTime = run.ExecutionTime,
            CloseTime = run.CloseTime,
            HistoryLength = run.NextEventId - 1,
            HistorySizeBytes = run.Record.HistorySize,
            StateTransitionCount = run.Record.StateTransitions,
            Memo = run.Memo.Fields.Count > 0 ? run.Memo.Clone() : null,
            SearchAttributes = SearchAttributesOf(run),
            ParentWorkflowId = run.Start.ParentWorkflowExecution?.WorkflowId,
            ParentRunId = run.Start.ParentWorkflowExecution?.RunId,
            RootWorkflowId = run.Root.WorkflowId,
            RootRunId = run.Root.RunId,
            FirstRunId = run.FirstRunId,
        };

    /// <summary>Search attributes as clients see them: the run's own attributes and the build ids of its workers.</summary>
    public static SearchAttributes SearchAttributesOf(MutableState run)
    {
        var all = run.SearchAttributes.Clone();
        var version = WorkflowDeploymentVersionResolver.Version(run);
        var behavior = WorkflowDeploymentVersionResolver.Behavior(run);
        if (!all.IndexedFields.ContainsKey("BuildIds"))
        {
            Set(
                "BuildIds",
                version is null ? run.Record.BuildIds
                    : behavior == VersioningBehavior.Pinned ? ["pinned:" + DeploymentVersionText.Of(version)]
                    : []
            );
        }

        Set(
            "BinaryChecksums",
            run.Record.ResetPoints.Any(p => p.RunId == run.RunId)
                ? run.Record.ResetPoints.Where(p => p.BinaryChecksum.Length > 0).Select(p => p.BinaryChecksum)
                : []
        );

        // A closed run has no paused activities, whatever their last state was.
        Set(
            "TemporalPauseInfo",
            (run.PauseInfo is { } pause ? (string[])["Workflow:" + run.WorkflowId, "Reason:" + pause.Reason] : []).Concat(
                run.Activities.All.Where(a => run.IsOpen && a.Record.Paused)
                    .Select(a => "property:activityType=" + a.Scheduled.ActivityType.Name)
                    .Distinct()
                    .Order(StringComparer.Ordinal)
            )
        );
        Set("TemporalReportedProblems", run.Record.ReportedProblems);
        Set("TemporalUsedWorkerDeploymentVersions", run.Record.UsedVersions);
        Word("TemporalWorkerDeployment", version?.DeploymentName ?? run.DeploymentName);
        Word("TemporalWorkerDeploymentVersion", DeploymentVersionText.Of(version));
        Word(
            "TemporalWorkflowVersioningBehavior",
            version is null || behavior == VersioningBehavior.Unspecified ? "" : behavior.ToString()
        );
        return all;

        void Word(string name, string value)
        {
            if (value.Length > 0)
            {
                all.IndexedFields[name] = PayloadExtensions.Json(JsonSerializer.Serialize(value), "Keyword");
            }
        }

        void Set(string name, IEnumerable<string> values)
        {
            if (Keywords(values) is { } payload)
            {
                all.IndexedFields[name] = payload;
            }
        }
    }

    private static Payload? Keywords(IEnumerable<string> values)
    {
        var list = values.ToList();
        return list.Count == 0
            ? null
            : PayloadExtensions.Json("[" + string.Join(',', list.Select(v => JsonSerializer.Serialize(v))) + "]", "KeywordList");
    }
}
