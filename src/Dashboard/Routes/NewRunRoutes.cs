using System.Security.Cryptography;
using Orchestrator.Dashboard.Access;
using Orchestrator.Dashboard.Api;
using Orchestrator.Dashboard.Pages;

namespace Orchestrator.Dashboard.Routes;

/// <summary>
/// Serves the page that checks plans and starts runs, either from a user's request or from a plan. A form starts only one run, even if it
/// is submitted several times.
/// </summary>
/// <param name="reader">Runs queries and commands.</param>
/// <param name="pages">Creates the frames of the pages.</param>
/// <param name="renderer">Renders HTML.</param>
/// <param name="answers">Stores the results of the commands.</param>
/// <param name="time">Clock.</param>
internal sealed class NewRunRoutes(
    QueryCoalescer reader,
    PageRoutes pages,
    PageRenderer renderer,
    SubmittedFormResultStore answers,
    TimeProvider time
)
{
    private readonly IdempotencyCache _started = new(time);

    /// <summary>Adds the routes of the page to the web server.</summary>
    public void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/plan", ShowAsync);
        routes.MapPost("/plan", (Delegate)SendAsync);
    }

    private async Task<IResult> ShowAsync(HttpContext context, string? repository) =>
        await renderer.RenderAsync<PlanPage>(
            new()
            {
                ["Frame"] = await pages.FrameAsync(context, "New run", "plan"),
                ["Repositories"] = reader.Repositories,
                ["Chosen"] = repository ?? "",
                ["Once"] = NewKey(),
            }
        );

    private async Task<IResult> SendAsync(HttpContext context)
    {
        if (await FormRoutes.FormAsync(context) is not { } form)
        {
            return FormRoutes.Refused();
        }
        if (reader.Find(form["repository"]) is not { } home)
        {
            return await pages.MissingAsync(context, "This repository");
        }
        var (plan, request, once) = (
            await PlanOfAsync(form, context.RequestAborted),
            form["request"].ToString().Trim(),
            form["once"].ToString()
        );
        RunControlResult? said = null;
        if (form["do"] == "start")
        {
            said = await StartAsync(context, home, plan, request, once);
            // A run that waits for approval was also started.
            if (said.RunId is { } run)
            {
                return Results.Redirect($"{DashboardLinkBuilder.Run(home, run)}?said={answers.Keep(said, typed: "")}");
            }
        }
        var view = plan.Length == 0 ? null : await CheckAsync(home, plan, context.RequestAborted);
        return await renderer.RenderAsync<PlanPage>(
            new()
            {
                ["Frame"] = await pages.FrameAsync(context, "New run", "plan"),
                ["Said"] = said,
                ["Checked"] = view,
                ["Repositories"] = reader.Repositories,
                ["Chosen"] = home.Id,
                ["Plan"] = plan,
                ["Request"] = request,
                // A form that started no run may be submitted again, for example after the user has fixed the cause.
                ["Once"] = said is null && once.Length > 0 ? once : NewKey(),
                ["Graph"] = Tasks(view?.Graph),
            }
        );
    }

    // Without script, the browser uploads the selected file.
    private static async Task<string> PlanOfAsync(IFormCollection form, CancellationToken stop)
    {
        var text = form["plan"].ToString();
        if (text.Trim().Length > 0 || form.Files["file"] is not { Length: > 0 } file)
        {
            return text;
        }
        using var content = new StreamReader(file.OpenReadStream(), Encoding.UTF8);
        return await content.ReadToEndAsync(stop);
    }

    private async Task<RunControlResult> StartAsync(
        HttpContext context,
        DashboardRepositoryReference home,
        string plan,
        string request,
        string once
    )
    {
        if (plan.Trim().Length == 0 == (request.Length == 0))
        {
            return new RunControlResult(UseCaseOutcome.Usage, "No run was started. Enter either a request in words or a plan.");
        }
        var start = plan.Trim().Length > 0 ? new BackgroundRunRequest { Plan = plan } : new BackgroundRunRequest { Request = request };
        var commands = reader.CommandsIn(home, AccessMiddleware.SessionOf(context).Device);
        var sent = $"{home.Id}\0{plan}\0{request}";
        return await _started.GetAsync(
                once.Length > 0 ? once : NewKey(),
                sent,
                () => commands.StartAsync(start, CancellationToken.None),
                context.RequestAborted
            )
            ?? new RunControlResult(
                UseCaseOutcome.Usage,
                "No run was started, because this form has already started another run. Submit it again to start this run."
            );
    }

    private async Task<PlanAnalysisResult?> CheckAsync(DashboardRepositoryReference home, string plan, CancellationToken stop) =>
        (await reader.AskAsync(home, $"plan {plan}", (queries, cancel) => queries.PlanAsync(plan, cancel), stop)).Document;

    private static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private static IReadOnlyList<RunTaskStatus> Tasks(GraphDocument? graph) =>
        [
            .. (graph?.Tasks ?? []).Select(task => new RunTaskStatus(new TaskProgress { Id = task.Id, State = TaskStateNames.Pending })
            {
                DependsOn = task.DependsOn,
            }),
        ];
}
