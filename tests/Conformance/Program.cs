using Orchestrator.Conformance;

return await Commands.RunAsync(args);
