using Temporalio.Api.Common.V1;

namespace Temporal.Server.History;

/// <summary>The worker that starts an attempt of an activity.</summary>
/// <param name="Identity">Identity of the worker, as in its request.</param>
/// <param name="RequestId">Id that distinguishes this start from other starts of the attempt.</param>
/// <param name="Version">Build version of the worker, or null if the worker reported none.</param>
/// <param name="CommandQueue">Queue from which the worker takes commands. Empty if there is none.</param>
internal sealed record ActivityWorkerIdentity(string Identity, string RequestId, WorkerVersionStamp? Version, string CommandQueue);
