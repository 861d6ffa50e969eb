using Quiver.Server.Commands;

return await CommandLine.RunAsync(QuiverCommand.Create(), args);
