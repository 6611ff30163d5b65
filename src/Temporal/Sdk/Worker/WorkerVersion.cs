using System.Reflection;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporalio.Worker;

/// <summary>Build id and deployment of a worker, and where requests carry them.</summary>
internal sealed class WorkerVersion
{
    private readonly TemporalWorkerOptions _options;

    public WorkerVersion(TemporalWorkerOptions options)
    {
        _options = options;
        if (options.DeploymentOptions is { } deployment && (options.UseWorkerVersioning || options.BuildId is not null))
        {
            throw new ArgumentException("DeploymentOptions cannot be combined with BuildId or UseWorkerVersioning.", nameof(options));
        }
        else if (options.DeploymentOptions is { UseWorkerVersioning: true, Version: null })
        {
            throw new ArgumentException("DeploymentOptions.UseWorkerVersioning needs a Version.", nameof(options));
        }
        else if (options.UseWorkerVersioning && options.BuildId is null)
        {
            throw new ArgumentException("UseWorkerVersioning needs a BuildId.", nameof(options));
        }

        BuildId = options.DeploymentOptions?.Version?.BuildId ?? options.BuildId ?? DefaultBuildId.Value;
    }

    /// <summary>Build id, given or made from the program.</summary>
    public string BuildId { get; }

    // The id of a compiled module changes with its code.
    private static Lazy<string> DefaultBuildId { get; } =
        new(() => (Assembly.GetEntryAssembly() ?? typeof(WorkerVersion).Assembly).ManifestModule.ModuleVersionId.ToString("N"));

    private Api.Deployment.V1.WorkerDeploymentOptions? Deployment =>
        _options.DeploymentOptions is not { Version: { } version } deployment
            ? null
            : new()
            {
                DeploymentName = version.DeploymentName,
                BuildId = version.BuildId,
                WorkerVersioningMode = deployment.UseWorkerVersioning ? WorkerVersioningMode.Versioned : WorkerVersioningMode.Unversioned,
            };

    public void Stamp(PollWorkflowTaskQueueRequest request)
    {
        request.DeploymentOptions = Deployment;
        request.WorkerVersionCapabilities = Capabilities();
    }

    public void Stamp(PollActivityTaskQueueRequest request)
    {
        request.DeploymentOptions = Deployment;
        request.WorkerVersionCapabilities = Capabilities();
    }

    public void Stamp(RespondWorkflowTaskCompletedRequest request)
    {
        if (Deployment is { } deployment)
        {
            request.DeploymentOptions = deployment;
            if (request.VersioningBehavior == VersioningBehavior.Unspecified)
            {
                request.VersioningBehavior = (VersioningBehavior)(int)_options.DeploymentOptions!.DefaultVersioningBehavior;
            }
        }
        else
        {
            request.WorkerVersionStamp = new() { BuildId = BuildId, UseVersioning = _options.UseWorkerVersioning };
        }
    }

    private Api.Common.V1.WorkerVersionCapabilities? Capabilities() =>
        _options.UseWorkerVersioning ? new() { BuildId = BuildId, UseVersioning = true } : null;
}
